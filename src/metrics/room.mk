# Sources and tests of src/metrics.
liblogtally_a_SOURCES += \
	src/metrics/cells.c src/metrics/cells.h \
	src/metrics/codec.h \
	src/metrics/escape.c src/metrics/escape.h \
	src/metrics/expire.c \
	src/metrics/exemplars.c src/metrics/exemplars.h \
	src/metrics/expose.c src/metrics/expose.h src/metrics/expose_impl.h \
	src/metrics/expose_json.c src/metrics/expose_text.c \
	src/metrics/family.c src/metrics/family.h \
	src/metrics/gauge.c \
	src/metrics/labels.c \
	src/metrics/merge.c \
	src/metrics/registry.c src/metrics/registry.h \
	src/metrics/restore.c \
	src/metrics/series.c src/metrics/series.h \
	src/metrics/shape.c src/metrics/shape.h \
	src/metrics/snapshot.c src/metrics/snapshot.h src/metrics/snapshot_impl.h \
	src/metrics/snapshot_decode.c src/metrics/snapshot_encode.c \
	src/metrics/values.c src/metrics/values.h

# Built by name only: make bench/bench_metrics
EXTRA_PROGRAMS += bench/bench_metrics
bench_bench_metrics_SOURCES = bench/bench_metrics.c

if HAVE_CHECK
check_PROGRAMS += tests/check_registry tests/check_snapshot tests/check_merge tests/check_expose
TESTS += tests/check_registry tests/check_snapshot tests/check_merge tests/check_expose
tests_check_registry_SOURCES = tests/check_registry.c
tests_check_registry_CFLAGS = $(CHECK_COMPILE)
tests_check_registry_LDADD = $(CHECK_LINK)
tests_check_snapshot_SOURCES = tests/check_snapshot.c
tests_check_snapshot_CFLAGS = $(CHECK_COMPILE)
tests_check_snapshot_LDADD = $(CHECK_LINK)
tests_check_merge_SOURCES = tests/check_merge.c
tests_check_merge_CFLAGS = $(CHECK_COMPILE)
tests_check_merge_LDADD = $(CHECK_LINK)
tests_check_expose_SOURCES = tests/check_expose.c
tests_check_expose_CFLAGS = $(CHECK_COMPILE)
tests_check_expose_LDADD = $(CHECK_LINK)
endif

if FUZZING
check_PROGRAMS += tests/fuzz_snapshot
tests_fuzz_snapshot_SOURCES = tests/fuzz_snapshot.c
tests_fuzz_snapshot_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
