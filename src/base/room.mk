# Sources and tests of src/base.
liblogtally_a_SOURCES += \
	src/base/arena.c \
	src/base/arena.h \
	src/base/buf.c \
	src/base/buf.h \
	src/base/calendar.c \
	src/base/calendar.h \
	src/base/charset.c \
	src/base/charset.h \
	src/base/clock.c \
	src/base/clock.h \
	src/base/decimal.c \
	src/base/decimal.h \
	src/base/exact.c \
	src/base/exact.h \
	src/base/hash.h \
	src/base/jsonout.c \
	src/base/jsonout.h \
	src/base/heap.c \
	src/base/heap.h \
	src/base/index.c \
	src/base/index.h \
	src/base/inline.h \
	src/base/log.c \
	src/base/log.h \
	src/base/loop.c \
	src/base/loop.h \
	src/base/map.c \
	src/base/map.h \
	src/base/must.h \
	src/base/num.c \
	src/base/num.h \
	src/base/numfmt.c \
	src/base/port.h \
	src/base/pow10.c \
	src/base/pow10.h \
	src/base/refs.h \
	src/base/slice.c \
	src/base/slice.h \
	src/base/slots.c \
	src/base/slots.h \
	src/base/slurp.c \
	src/base/slurp.h \
	src/base/sys.c \
	src/base/sys.h \
	src/base/thread.c \
	src/base/thread.h \
	src/base/tz.c \
	src/base/tz.h \
	src/base/units.c \
	src/base/units.h \
	src/base/utf8.c \
	src/base/utf8.h \
	src/base/wide.h \
	src/base/word.h \
	src/base/xalloc.c \
	src/base/xalloc.h

if HAVE_CHECK
check_PROGRAMS += tests/base/check
TESTS += tests/base/check
tests_base_check_CFLAGS = $(CHECK_COMPILE)
tests_base_check_LDADD = $(CHECK_LINK)
tests_base_check_SOURCES = \
	tests/base/check_arena.c \
	tests/base/check_buf.c \
	tests/base/check_charset.c \
	tests/base/check_clock.c \
	tests/base/check_exact.c \
	tests/base/check_hash.c \
	tests/base/check_heap.c \
	tests/base/check_jsonout.c \
	tests/base/check_log.c \
	tests/base/check_loop.c \
	tests/base/check_map.c \
	tests/base/check_num.c \
	tests/base/check_numfmt.c \
	tests/base/check_pow10.c \
	tests/base/check_slice.c \
	tests/base/check_slots.c \
	tests/base/check_slurp.c \
	tests/base/check_tz.c \
	tests/base/check_utf8.c \
	tests/base/check_wide.c \
	tests/base/check_xalloc.c \
	tests/base/num_table.h
endif

if FUZZING
FUZZERS += tests/base/fuzz_num
tests_base_fuzz_num_SOURCES = tests/base/fuzz_num.c
tests_base_fuzz_num_LDFLAGS = $(FUZZ_LINK)
endif
