# Sources and tests of src/rules.
liblogtally_a_SOURCES += \
	src/rules/calc.c \
	src/rules/calc.h \
	src/rules/files.c \
	src/rules/files.h \
	src/rules/filter.c \
	src/rules/filter.h \
	src/rules/literal.c \
	src/rules/literal.h \
	src/rules/load/actions.c \
	src/rules/load/buckets.c \
	src/rules/load/checks.c \
	src/rules/load/each.c \
	src/rules/load/event.c \
	src/rules/load/common_patterns.h \
	src/rules/load/family.c \
	src/rules/load/grok.c \
	src/rules/load/labels.c \
	src/rules/load/lint.c \
	src/rules/load/load.c \
	src/rules/load/load.h \
	src/rules/load/loader.h \
	src/rules/load/log.c \
	src/rules/load/metric.c \
	src/rules/load/metric.h \
	src/rules/load/refs.c \
	src/rules/load/slots.c \
	src/rules/load/span.c \
	src/rules/load/units.c \
	src/rules/load/value.c \
	src/rules/load/words.c \
	src/rules/load/zero.c \
	src/rules/pattern.c \
	src/rules/pattern.h \
	src/rules/plain.c \
	src/rules/plain.h \
	src/rules/plain_compile.c \
	src/rules/plain_items.h \
	src/rules/plain_read.c \
	src/rules/plain_read.h \
	src/rules/replacement.c \
	src/rules/replacement.h \
	src/rules/ruleset.c \
	src/rules/ruleset.h \
	src/rules/table.c \
	src/rules/table.h \
	src/rules/template.c \
	src/rules/template.h

if HAVE_CHECK
check_PROGRAMS += tests/rules/check
TESTS += tests/rules/check
tests_rules_check_CFLAGS = $(CHECK_COMPILE)
tests_rules_check_LDADD = $(CHECK_LINK)
tests_rules_check_SOURCES = \
	tests/rules/check_calc.c \
	tests/rules/check_grok.c \
	tests/rules/check_grok_files.c \
	tests/rules/check_mistakes.c \
	tests/rules/check_pattern.c \
	tests/rules/check_plain.c \
	tests/rules/check_ruleset.c \
	tests/rules/check_table.c \
	tests/rules/check_template.c
endif
EXTRA_DIST += tests/mistakes

if FUZZING
FUZZERS += tests/rules/fuzz_calc tests/rules/fuzz_grok tests/rules/fuzz_plain tests/rules/fuzz_rewrite \
	tests/rules/fuzz_table tests/rules/fuzz_template
tests_rules_fuzz_grok_SOURCES = tests/rules/fuzz_grok.c
tests_rules_fuzz_grok_LDFLAGS = $(FUZZ_LINK)
tests_rules_fuzz_plain_SOURCES = tests/rules/fuzz_plain.c
tests_rules_fuzz_plain_LDFLAGS = $(FUZZ_LINK)
tests_rules_fuzz_table_SOURCES = tests/rules/fuzz_table.c
tests_rules_fuzz_table_LDFLAGS = $(FUZZ_LINK)
tests_rules_fuzz_rewrite_SOURCES = tests/rules/fuzz_rewrite.c
tests_rules_fuzz_rewrite_LDFLAGS = $(FUZZ_LINK)
tests_rules_fuzz_template_SOURCES = tests/rules/fuzz_template.c
tests_rules_fuzz_template_LDFLAGS = $(FUZZ_LINK)
tests_rules_fuzz_calc_SOURCES = tests/rules/fuzz_calc.c
tests_rules_fuzz_calc_LDFLAGS = $(FUZZ_LINK)
endif
