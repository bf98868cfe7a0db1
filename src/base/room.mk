# Sources and tests of src/base.
liblogtally_a_SOURCES += \
	src/base/arena.c \
	src/base/arena.h \
	src/base/buf.c \
	src/base/buf.h \
	src/base/calendar.c \
	src/base/calendar.h \
	src/base/clock.c \
	src/base/clock.h \
	src/base/decimal.c \
	src/base/decimal.h \
	src/base/jsonout.c \
	src/base/jsonout.h \
	src/base/log.c \
	src/base/log.h \
	src/base/loop.c \
	src/base/loop.h \
	src/base/map.c \
	src/base/map.h \
	src/base/num.c \
	src/base/num.h \
	src/base/numfmt.c \
	src/base/numhuman.c \
	src/base/pow10.c \
	src/base/pow10.h \
	src/base/slice.c \
	src/base/slice.h \
	src/base/unit.c \
	src/base/unit.h \
	src/base/utf8.c \
	src/base/utf8.h \
	src/base/xalloc.c \
	src/base/xalloc.h

if HAVE_CHECK
check_PROGRAMS += \
	tests/base/check_arena \
	tests/base/check_buf \
	tests/base/check_clock \
	tests/base/check_log \
	tests/base/check_loop \
	tests/base/check_map \
	tests/base/check_num \
	tests/base/check_numfmt \
	tests/base/check_slice \
	tests/base/check_utf8 \
	tests/base/check_xalloc
TESTS += \
	tests/base/check_arena \
	tests/base/check_buf \
	tests/base/check_clock \
	tests/base/check_log \
	tests/base/check_loop \
	tests/base/check_map \
	tests/base/check_num \
	tests/base/check_numfmt \
	tests/base/check_slice \
	tests/base/check_utf8 \
	tests/base/check_xalloc
tests_base_check_arena_SOURCES = tests/base/check_arena.c
tests_base_check_arena_CFLAGS = $(CHECK_COMPILE)
tests_base_check_arena_LDADD = $(CHECK_LINK)
tests_base_check_buf_SOURCES = tests/base/check_buf.c
tests_base_check_buf_CFLAGS = $(CHECK_COMPILE)
tests_base_check_buf_LDADD = $(CHECK_LINK)
tests_base_check_clock_SOURCES = tests/base/check_clock.c
tests_base_check_clock_CFLAGS = $(CHECK_COMPILE)
tests_base_check_clock_LDADD = $(CHECK_LINK)
tests_base_check_log_SOURCES = tests/base/check_log.c
tests_base_check_log_CFLAGS = $(CHECK_COMPILE)
tests_base_check_log_LDADD = $(CHECK_LINK)
tests_base_check_loop_SOURCES = tests/base/check_loop.c
tests_base_check_loop_CFLAGS = $(CHECK_COMPILE)
tests_base_check_loop_LDADD = $(CHECK_LINK)
tests_base_check_map_SOURCES = tests/base/check_map.c
tests_base_check_map_CFLAGS = $(CHECK_COMPILE)
tests_base_check_map_LDADD = $(CHECK_LINK)
tests_base_check_num_SOURCES = tests/base/check_num.c tests/base/num_table.h
tests_base_check_num_CFLAGS = $(CHECK_COMPILE)
tests_base_check_num_LDADD = $(CHECK_LINK)
tests_base_check_numfmt_SOURCES = tests/base/check_numfmt.c
tests_base_check_numfmt_CFLAGS = $(CHECK_COMPILE)
tests_base_check_numfmt_LDADD = $(CHECK_LINK)
tests_base_check_slice_SOURCES = tests/base/check_slice.c
tests_base_check_slice_CFLAGS = $(CHECK_COMPILE)
tests_base_check_slice_LDADD = $(CHECK_LINK)
tests_base_check_utf8_SOURCES = tests/base/check_utf8.c
tests_base_check_utf8_CFLAGS = $(CHECK_COMPILE)
tests_base_check_utf8_LDADD = $(CHECK_LINK)
tests_base_check_xalloc_SOURCES = tests/base/check_xalloc.c
tests_base_check_xalloc_CFLAGS = $(CHECK_COMPILE)
tests_base_check_xalloc_LDADD = $(CHECK_LINK)
endif
