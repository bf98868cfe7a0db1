# Sources and tests of src/input.
liblogtally_a_SOURCES += \
	src/input/ahead.c \
	src/input/ahead.h \
	src/input/archive.c \
	src/input/archive.h \
	src/input/codec.c \
	src/input/codec.h \
	src/input/crc32c.c \
	src/input/crc32c.h \
	src/input/dirs.c \
	src/input/event.c \
	src/input/file.c \
	src/input/follow.c \
	src/input/glob.c \
	src/input/glob.h \
	src/input/identity.c \
	src/input/identity.h \
	src/input/index.c \
	src/input/index.h \
	src/input/kinship.c \
	src/input/linebuf.c \
	src/input/linebuf.h \
	src/input/logs.c \
	src/input/newcomer.c \
	src/input/pipe.c \
	src/input/place.c \
	src/input/fingerprint.c \
	src/input/checkpoint.c \
	src/input/set.h \
	src/input/rotated.c \
	src/input/rotated.h \
	src/input/status.c \
	src/input/statefile.c \
	src/input/statefile.h \
	src/input/tail.c \
	src/input/tail.h \
	src/input/tailset.c \
	src/input/tailset.h \
	src/input/unpack.c \
	src/input/wait.c \
	src/input/watch.c \
	src/input/watch.h

if HAVE_CHECK
check_PROGRAMS += \
	tests/input/check_archive \
	tests/input/check_glob \
	tests/input/check_linebuf \
	tests/input/check_store \
	tests/input/check_tailset_directories \
	tests/input/check_tailset_random \
	tests/input/check_tailset_reading \
	tests/input/check_tailset_restart \
	tests/input/check_tailset_rotation \
	tests/input/check_tailset_truncation
TESTS += \
	tests/input/check_archive \
	tests/input/check_glob \
	tests/input/check_linebuf \
	tests/input/check_store \
	tests/input/check_tailset_directories \
	tests/input/check_tailset_random \
	tests/input/check_tailset_reading \
	tests/input/check_tailset_restart \
	tests/input/check_tailset_rotation \
	tests/input/check_tailset_truncation
tests_input_check_archive_SOURCES = tests/input/check_archive.c
tests_input_check_archive_CFLAGS = $(CHECK_COMPILE)
tests_input_check_archive_LDADD = $(CHECK_LINK)
tests_input_check_glob_SOURCES = tests/input/check_glob.c
tests_input_check_glob_CFLAGS = $(CHECK_COMPILE)
tests_input_check_glob_LDADD = $(CHECK_LINK)
tests_input_check_linebuf_SOURCES = tests/input/check_linebuf.c
tests_input_check_linebuf_CFLAGS = $(CHECK_COMPILE)
tests_input_check_linebuf_LDADD = $(CHECK_LINK)
tests_input_check_store_SOURCES = tests/input/check_store.c
tests_input_check_store_CFLAGS = $(CHECK_COMPILE)
tests_input_check_store_LDADD = $(CHECK_LINK)
tests_input_check_tailset_directories_SOURCES = tests/input/check_tailset_directories.c tests/input/tail_world.c tests/input/tail_world.h
tests_input_check_tailset_directories_CFLAGS = $(CHECK_COMPILE)
tests_input_check_tailset_directories_LDADD = $(CHECK_LINK)
tests_input_check_tailset_random_SOURCES = tests/input/check_tailset_random.c tests/input/tail_world.c tests/input/tail_world.h
tests_input_check_tailset_random_CFLAGS = $(CHECK_COMPILE)
tests_input_check_tailset_random_LDADD = $(CHECK_LINK)
tests_input_check_tailset_reading_SOURCES = tests/input/check_tailset_reading.c tests/input/tail_world.c tests/input/tail_world.h
tests_input_check_tailset_reading_CFLAGS = $(CHECK_COMPILE)
tests_input_check_tailset_reading_LDADD = $(CHECK_LINK)
tests_input_check_tailset_restart_SOURCES = tests/input/check_tailset_restart.c tests/input/tail_world.c tests/input/tail_world.h
tests_input_check_tailset_restart_CFLAGS = $(CHECK_COMPILE)
tests_input_check_tailset_restart_LDADD = $(CHECK_LINK)
tests_input_check_tailset_rotation_SOURCES = tests/input/check_tailset_rotation.c tests/input/tail_world.c tests/input/tail_world.h
tests_input_check_tailset_rotation_CFLAGS = $(CHECK_COMPILE)
tests_input_check_tailset_rotation_LDADD = $(CHECK_LINK)
tests_input_check_tailset_truncation_SOURCES = tests/input/check_tailset_truncation.c tests/input/tail_world.c tests/input/tail_world.h
tests_input_check_tailset_truncation_CFLAGS = $(CHECK_COMPILE)
tests_input_check_tailset_truncation_LDADD = $(CHECK_LINK)
endif
