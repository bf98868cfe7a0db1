# Sources and tests of src/base.
liblogtally_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/buf.c src/base/buf.h \
	src/base/calendar.c src/base/calendar.h \
	src/base/clock.c src/base/clock.h \
	src/base/log.c src/base/log.h \
	src/base/loop.c src/base/loop.h \
	src/base/map.c src/base/map.h \
	src/base/decimal.c src/base/decimal.h \
	src/base/num.c src/base/num.h src/base/numfmt.c src/base/numhuman.c \
	src/base/pow10.c src/base/pow10.h \
	src/base/unit.c src/base/unit.h \
	src/base/slice.c src/base/slice.h \
	src/base/utf8.c src/base/utf8.h \
	src/base/xalloc.c src/base/xalloc.h

if HAVE_CHECK
base_checks = \
	tests/check_slice \
	tests/check_buf \
	tests/check_xalloc \
	tests/check_arena \
	tests/check_map \
	tests/check_clock \
	tests/check_utf8 \
	tests/check_log \
	tests/check_loop \
	tests/check_num \
	tests/check_numfmt
check_PROGRAMS += $(base_checks)
TESTS += $(base_checks)
tests_check_slice_SOURCES = tests/check_slice.c
tests_check_slice_CFLAGS = $(CHECK_COMPILE)
tests_check_slice_LDADD = $(CHECK_LINK)
tests_check_buf_SOURCES = tests/check_buf.c
tests_check_buf_CFLAGS = $(CHECK_COMPILE)
tests_check_buf_LDADD = $(CHECK_LINK)
tests_check_xalloc_SOURCES = tests/check_xalloc.c
tests_check_xalloc_CFLAGS = $(CHECK_COMPILE)
tests_check_xalloc_LDADD = $(CHECK_LINK)
tests_check_arena_SOURCES = tests/check_arena.c
tests_check_arena_CFLAGS = $(CHECK_COMPILE)
tests_check_arena_LDADD = $(CHECK_LINK)
tests_check_map_SOURCES = tests/check_map.c
tests_check_map_CFLAGS = $(CHECK_COMPILE)
tests_check_map_LDADD = $(CHECK_LINK)
tests_check_clock_SOURCES = tests/check_clock.c
tests_check_clock_CFLAGS = $(CHECK_COMPILE)
tests_check_clock_LDADD = $(CHECK_LINK)
tests_check_utf8_SOURCES = tests/check_utf8.c
tests_check_utf8_CFLAGS = $(CHECK_COMPILE)
tests_check_utf8_LDADD = $(CHECK_LINK)
tests_check_log_SOURCES = tests/check_log.c
tests_check_log_CFLAGS = $(CHECK_COMPILE)
tests_check_log_LDADD = $(CHECK_LINK)
tests_check_loop_SOURCES = tests/check_loop.c
tests_check_loop_CFLAGS = $(CHECK_COMPILE)
tests_check_loop_LDADD = $(CHECK_LINK)
tests_check_num_SOURCES = tests/check_num.c tests/num_table.h
tests_check_num_CFLAGS = $(CHECK_COMPILE)
tests_check_num_LDADD = $(CHECK_LINK)
tests_check_numfmt_SOURCES = tests/check_numfmt.c
tests_check_numfmt_CFLAGS = $(CHECK_COMPILE)
tests_check_numfmt_LDADD = $(CHECK_LINK)
endif
