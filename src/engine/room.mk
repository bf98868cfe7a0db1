# Sources and tests of src/engine.
liblogtally_a_SOURCES += \
	src/engine/bare.c \
	src/engine/bare.h \
	src/engine/dispatch.c \
	src/engine/dispatch.h \
	src/engine/each.c \
	src/engine/each.h \
	src/engine/engine.c \
	src/engine/engine.h \
	src/engine/explain.c \
	src/engine/explain.h \
	src/engine/explain_json.c \
	src/engine/explain_json.h \
	src/engine/explain_kind.c \
	src/engine/explain_near.c \
	src/engine/explain_near.h \
	src/engine/explain_read.c \
	src/engine/explain_read.h \
	src/engine/explain_spans.c \
	src/engine/explain_spans.h \
	src/engine/literals.c \
	src/engine/literals.h \
	src/engine/match.c \
	src/engine/match.h \
	src/engine/memo.c \
	src/engine/memo.h \
	src/engine/missed.c \
	src/engine/missed.h \
	src/engine/multiline.c \
	src/engine/multiline.h \
	src/engine/nearest.c \
	src/engine/nearest.h \
	src/engine/plan.c \
	src/engine/plan.h \
	src/engine/prefixes.c \
	src/engine/prefixes.h \
	src/engine/record.c \
	src/engine/record.h \
	src/engine/seriescache.c \
	src/engine/seriescache.h \
	src/engine/source.c \
	src/engine/source.h \
	src/engine/spanline.c \
	src/engine/spanline.h \
	src/engine/spans.c \
	src/engine/spans.h \
	src/engine/steps.c \
	src/engine/steps.h \
	src/engine/trace.h \
	src/engine/update.c \
	src/engine/update.h \
	src/engine/verdict.c \
	src/engine/verdict.h \
	src/engine/words.c \
	src/engine/words.h

if HAVE_CHECK
check_PROGRAMS += tests/engine/check
TESTS += tests/engine/check
tests_engine_check_CFLAGS = $(CHECK_COMPILE)
tests_engine_check_LDADD = $(CHECK_LINK)
tests_engine_check_SOURCES = \
	tests/engine/check_dispatch.c \
	tests/engine/check_engine.c \
	tests/engine/check_explain.c \
	tests/engine/check_literals.c \
	tests/engine/check_memo.c \
	tests/engine/check_prefixes.c \
	tests/engine/check_seriescache.c \
	tests/engine/check_spans.c \
	tests/engine/random_rules.c \
	tests/engine/random_rules.h
endif

if FUZZING
FUZZERS += tests/engine/fuzz_page tests/engine/fuzz_records tests/engine/fuzz_rules \
	tests/engine/fuzz_spans
tests_engine_fuzz_page_SOURCES = tests/engine/fuzz_page.c tests/engine/loaded.c tests/engine/loaded.h
tests_engine_fuzz_page_CFLAGS = -I$(top_srcdir)/tests $(AM_CFLAGS)
tests_engine_fuzz_page_LDFLAGS = $(FUZZ_LINK)
tests_engine_fuzz_spans_SOURCES = tests/engine/fuzz_spans.c tests/engine/loaded.c tests/engine/loaded.h
tests_engine_fuzz_spans_CFLAGS = -I$(top_srcdir)/tests $(AM_CFLAGS)
tests_engine_fuzz_spans_LDFLAGS = $(FUZZ_LINK)
tests_engine_fuzz_records_SOURCES = tests/engine/fuzz_records.c tests/engine/loaded.c tests/engine/loaded.h
tests_engine_fuzz_records_CFLAGS = -I$(top_srcdir)/tests $(AM_CFLAGS)
tests_engine_fuzz_records_LDFLAGS = $(FUZZ_LINK)
tests_engine_fuzz_rules_SOURCES = tests/engine/fuzz_rules.c
tests_engine_fuzz_rules_LDFLAGS = $(FUZZ_LINK)
endif
EXTRA_DIST += tests/engine/page_judge.py
