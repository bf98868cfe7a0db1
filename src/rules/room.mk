# Sources and tests of src/rules.
liblogtally_a_SOURCES +=

# From a line to updates.
liblogtally_a_SOURCES += src/rules/pattern.h src/rules/pattern.c src/rules/replacement.h \
	src/rules/replacement.c src/rules/literal.h \
	src/rules/literal.c src/rules/filter.h src/rules/filter.c src/rules/template.h \
	src/rules/template.c src/rules/source.h src/rules/source.c src/rules/record.h \
	src/rules/record.c src/rules/match.h src/rules/match.c src/rules/dispatch.h \
	src/rules/dispatch.c src/rules/textindex.h src/rules/textindex.c \
	src/rules/literals.h src/rules/literals.c src/rules/tuple.h src/rules/tuple.c src/rules/plan.h src/rules/plan.c \
	src/rules/update.h src/rules/update.c src/rules/intake.h src/rules/intake.c \
	src/rules/engine.h src/rules/engine.c src/rules/explain.h src/rules/explain.c \
	src/rules/explain_text.h src/rules/explain_text.c

# A rules file proposed from a sample.
liblogtally_a_SOURCES += src/rules/suggest.h src/rules/suggest.c src/rules/suggest_words.h \
	src/rules/suggest_words.c src/rules/suggest_shapes.h src/rules/suggest_shapes.c \
	src/rules/suggest_fields.h src/rules/suggest_fields.c src/rules/suggest_names.h \
	src/rules/suggest_names.c src/rules/suggest_text.h src/rules/suggest_text.c \
	src/rules/suggest_impl.h src/rules/suggest_print.c src/rules/suggest_metrics.h \
	src/rules/suggest_metrics.c src/rules/suggest_condition.h \
	src/rules/suggest_condition.c

if HAVE_CHECK
check_PROGRAMS += tests/check_suggest
TESTS += tests/check_suggest
tests_check_suggest_SOURCES = tests/check_suggest.c
tests_check_suggest_CFLAGS = $(CHECK_COMPILE)
tests_check_suggest_LDADD = $(CHECK_LINK)
endif

# The line scanners.
liblogtally_a_SOURCES += src/rules/fields.h src/rules/fieldnames.h src/rules/fieldnames.c \
	src/rules/fields_json.c src/rules/fields_logfmt.c src/rules/unescape.h src/rules/unescape.c \
	src/rules/unwrap.h src/rules/unwrap.c src/rules/linetime.h src/rules/linetime.c \
	src/rules/timepattern.h src/rules/timepattern.c src/rules/simd.h src/rules/linescan.h \
	src/rules/linescan_parts.h src/rules/linescan_kernel.h src/rules/linescan.c \
	src/rules/linescan_avx2.c src/rules/linescan_sse2.c src/rules/linescan_swar.c \
	src/rules/trail.h src/rules/trail.c
EXTRA_PROGRAMS += bench/bench_fields
bench_bench_fields_SOURCES = bench/bench_fields.c

if HAVE_JANSSON
JSON_SECOND_OPINION_CFLAGS = -DHAVE_JANSSON $(JANSSON_CFLAGS)
JSON_SECOND_OPINION_LIBS = $(JANSSON_LIBS)
endif
if HAVE_CHECK
LINE_SCANNER_TESTS = tests/check_fields tests/check_json tests/check_logfmt tests/check_unwrap \
	tests/check_linetime tests/check_linescan
check_PROGRAMS += $(LINE_SCANNER_TESTS)
TESTS += $(LINE_SCANNER_TESTS)
tests_check_fields_SOURCES = tests/check_fields.c
tests_check_fields_CFLAGS = $(CHECK_COMPILE)
tests_check_fields_LDADD = $(CHECK_LINK)
tests_check_json_SOURCES = tests/check_json.c tests/linegen.h tests/linegen.c
tests_check_json_CFLAGS = $(CHECK_COMPILE) $(JSON_SECOND_OPINION_CFLAGS)
tests_check_json_LDADD = $(CHECK_LINK) $(JSON_SECOND_OPINION_LIBS)
tests_check_logfmt_SOURCES = tests/check_logfmt.c tests/linegen.h tests/linegen.c
tests_check_logfmt_CFLAGS = $(CHECK_COMPILE)
tests_check_logfmt_LDADD = $(CHECK_LINK)
tests_check_unwrap_SOURCES = tests/check_unwrap.c tests/linegen.h tests/linegen.c
tests_check_unwrap_CFLAGS = $(CHECK_COMPILE)
tests_check_unwrap_LDADD = $(CHECK_LINK)
tests_check_linetime_SOURCES = tests/check_linetime.c
tests_check_linetime_CFLAGS = $(CHECK_COMPILE)
tests_check_linetime_LDADD = $(CHECK_LINK)
tests_check_linescan_SOURCES = tests/check_linescan.c tests/linegen.h tests/linegen.c
tests_check_linescan_CFLAGS = $(CHECK_COMPILE)
tests_check_linescan_LDADD = $(CHECK_LINK)
endif
if FUZZING
check_PROGRAMS += tests/fuzz_json tests/fuzz_logfmt tests/fuzz_linescan
tests_fuzz_linescan_SOURCES = tests/fuzz_linescan.c
tests_fuzz_linescan_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_json_SOURCES = tests/fuzz_json.c
tests_fuzz_json_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_logfmt_SOURCES = tests/fuzz_logfmt.c
tests_fuzz_logfmt_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif

# INI files to rules.
liblogtally_a_SOURCES += src/rules/mistake.h src/rules/mistake.c src/rules/keys.h src/rules/keys.c \
	src/rules/ini.h src/rules/ini.c src/rules/ini_line.h src/rules/ini_line.c \
	src/rules/ruleset.h src/rules/ruleset.c src/rules/load.h src/rules/load.c \
	src/rules/load_action.c src/rules/load_check.c src/rules/load_event.c \
	src/rules/load_family.c src/rules/load_label.c src/rules/load_lint.c src/rules/load_log.c \
	src/rules/load_metric.h src/rules/load_metric.c src/rules/load_order.c \
	src/rules/load_slot.c src/rules/load_value.c src/rules/load_zero.c
EXTRA_DIST += tests/mistakes

if HAVE_CHECK
check_PROGRAMS += tests/check_ini
TESTS += tests/check_ini
tests_check_ini_SOURCES = tests/check_ini.c
tests_check_ini_CFLAGS = $(CHECK_COMPILE)
tests_check_ini_LDADD = $(CHECK_LINK)
check_PROGRAMS += tests/check_ruleset
TESTS += tests/check_ruleset
tests_check_ruleset_SOURCES = tests/check_ruleset.c
tests_check_ruleset_CFLAGS = $(CHECK_COMPILE)
tests_check_ruleset_LDADD = $(CHECK_LINK)
check_PROGRAMS += tests/check_mistakes
TESTS += tests/check_mistakes
tests_check_mistakes_SOURCES = tests/check_mistakes.c
tests_check_mistakes_CFLAGS = $(CHECK_COMPILE)
tests_check_mistakes_LDADD = $(CHECK_LINK)
endif

if FUZZING
check_PROGRAMS += tests/fuzz_ini
tests_fuzz_ini_SOURCES = tests/fuzz_ini.c
tests_fuzz_ini_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif

# From a line to updates: its tests.
if HAVE_CHECK
RULE_TESTS = tests/check_pattern tests/check_template tests/check_tuple tests/check_dispatch \
	tests/check_engine
check_PROGRAMS += $(RULE_TESTS)
TESTS += $(RULE_TESTS)
tests_check_pattern_SOURCES = tests/check_pattern.c tests/support.h tests/support.c
tests_check_pattern_CFLAGS = $(CHECK_COMPILE)
tests_check_pattern_LDADD = $(CHECK_LINK)
tests_check_template_SOURCES = tests/check_template.c
tests_check_template_CFLAGS = $(CHECK_COMPILE)
tests_check_template_LDADD = $(CHECK_LINK)
tests_check_tuple_SOURCES = tests/check_tuple.c tests/support.h tests/support.c
tests_check_tuple_CFLAGS = $(CHECK_COMPILE)
tests_check_tuple_LDADD = $(CHECK_LINK)
tests_check_dispatch_SOURCES = tests/check_dispatch.c tests/support.h tests/support.c
tests_check_dispatch_CFLAGS = $(CHECK_COMPILE)
tests_check_dispatch_LDADD = $(CHECK_LINK)
tests_check_engine_SOURCES = tests/check_engine.c tests/support.h tests/support.c
tests_check_engine_CFLAGS = $(CHECK_COMPILE)
tests_check_engine_LDADD = $(CHECK_LINK)
endif

if HAVE_CHECK
check_PROGRAMS += tests/check_literals
TESTS += tests/check_literals
tests_check_literals_SOURCES = tests/check_literals.c
tests_check_literals_CFLAGS = $(CHECK_COMPILE)
tests_check_literals_LDADD = $(CHECK_LINK)
endif
