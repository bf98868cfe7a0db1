# Sources and tests of src/input.
liblogtally_a_SOURCES += \
	src/input/archive.c \
	src/input/archive.h \
	src/input/checkpoint.c \
	src/input/codec.c \
	src/input/codec.h \
	src/input/crc32c.c \
	src/input/crc32c.h \
	src/input/dirs.c \
	src/input/file.c \
	src/input/fingerprint.c \
	src/input/follow.c \
	src/input/glob.c \
	src/input/glob.h \
	src/input/identify.c \
	src/input/identity.c \
	src/input/identity.h \
	src/input/linebuf.c \
	src/input/linebuf.h \
	src/input/link.c \
	src/input/link.h \
	src/input/logs.c \
	src/input/open.c \
	src/input/pipe.c \
	src/input/place.c \
	src/input/rotated.c \
	src/input/rotated.h \
	src/input/set.c \
	src/input/set.h \
	src/input/statefile.c \
	src/input/statefile.h \
	src/input/tail.c \
	src/input/tail.h \
	src/input/tailset.c \
	src/input/tailset.h \
	src/input/unpack.c \
	src/input/watch.c \
	src/input/watch.h

if HAVE_CHECK
check_PROGRAMS += tests/input/check
TESTS += tests/input/check
tests_input_check_CFLAGS = $(CHECK_COMPILE)
tests_input_check_LDADD = $(CHECK_LINK)
tests_input_check_SOURCES = \
	tests/input/check_archive.c \
	tests/input/check_glob.c \
	tests/input/check_linebuf.c \
	tests/input/check_rotated.c \
	tests/input/check_statefile.c \
	tests/input/check_tailset_directories.c \
	tests/input/check_tailset_links.c \
	tests/input/check_tailset_names.c \
	tests/input/check_tailset_random.c \
	tests/input/check_tailset_reading.c \
	tests/input/check_tailset_restart.c \
	tests/input/check_tailset_rotation.c \
	tests/input/check_tailset_truncation.c \
	tests/input/tail_world.c \
	tests/input/tail_world.h
endif
