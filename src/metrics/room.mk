# Sources and tests of src/metrics.
liblogtally_a_SOURCES += \
	src/metrics/cells.c \
	src/metrics/cells.h \
	src/metrics/drop.c \
	src/metrics/encoded.h \
	src/metrics/escape.c \
	src/metrics/escape.h \
	src/metrics/exemplars.c \
	src/metrics/exemplars.h \
	src/metrics/expire.c \
	src/metrics/expose.c \
	src/metrics/expose.h \
	src/metrics/expose_impl.h \
	src/metrics/expose_json.c \
	src/metrics/expose_order.c \
	src/metrics/expose_text.c \
	src/metrics/family.c \
	src/metrics/family.h \
	src/metrics/gauge.c \
	src/metrics/labels.c \
	src/metrics/merge.c \
	src/metrics/own.c \
	src/metrics/own.h \
	src/metrics/registry.c \
	src/metrics/registry.h \
	src/metrics/restore.c \
	src/metrics/selector.c \
	src/metrics/selector.h \
	src/metrics/series.c \
	src/metrics/series.h \
	src/metrics/snapshot.c \
	src/metrics/snapshot.h \
	src/metrics/snapshot_decode.c \
	src/metrics/snapshot_encode.c \
	src/metrics/snapshot_impl.h

if HAVE_CHECK
check_PROGRAMS += tests/metrics/check
TESTS += tests/metrics/check
tests_metrics_check_CFLAGS = $(CHECK_COMPILE)
tests_metrics_check_LDADD = $(CHECK_LINK)
tests_metrics_check_SOURCES = \
	tests/metrics/check_expose.c \
	tests/metrics/check_merge.c \
	tests/metrics/check_registry.c \
	tests/metrics/check_selector.c \
	tests/metrics/check_snapshot.c
endif

if FUZZING
FUZZERS += tests/metrics/fuzz_snapshot
tests_metrics_fuzz_snapshot_SOURCES = tests/metrics/fuzz_snapshot.c
tests_metrics_fuzz_snapshot_LDFLAGS = $(FUZZ_LINK)
endif

# Built by name only: make bench/bench_metrics
EXTRA_PROGRAMS += bench/bench_metrics
bench_bench_metrics_SOURCES = bench/bench_metrics.c
