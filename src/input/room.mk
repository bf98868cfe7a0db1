# Sources and tests of src/input.
liblogtally_a_SOURCES += \
	src/input/alike.c \
	src/input/archive.c \
	src/input/archive.h \
	src/input/checkpoint.c \
	src/input/codec.c \
	src/input/codec.h \
	src/input/count.h \
	src/input/crc32c.c \
	src/input/crc32c.h \
	src/input/digest.c \
	src/input/dirs.c \
	src/input/encoding.c \
	src/input/encoding.h \
	src/input/evidence.c \
	src/input/file.c \
	src/input/fingerprint.c \
	src/input/follow.c \
	src/input/glob.c \
	src/input/glob.h \
	src/input/globs.c \
	src/input/globs.h \
	src/input/gone.c \
	src/input/identify.c \
	src/input/identity.c \
	src/input/identity.h \
	src/input/judge.c \
	src/input/judge.h \
	src/input/known.c \
	src/input/linebuf.c \
	src/input/linebuf.h \
	src/input/link.c \
	src/input/link.h \
	src/input/logs.c \
	src/input/names.c \
	src/input/names.h \
	src/input/open.c \
	src/input/packed.c \
	src/input/packing.c \
	src/input/packing.h \
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
	src/input/tailsave.c \
	src/input/tailset.c \
	src/input/tailset.h \
	src/input/unpack.c \
	src/input/unread.c \
	src/input/unseen.c \
	src/input/wanting.c \
	src/input/watch.c \
	src/input/watch.h \
	src/input/weigh.c

if HAVE_CHECK
check_PROGRAMS += tests/input/check
TESTS += tests/input/check
tests_input_check_CFLAGS = $(CHECK_COMPILE)
tests_input_check_LDADD = $(CHECK_LINK)
# Calls that tests/input/failing.c makes fail.
tests_input_check_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=sys_getrlimit,--wrap=sys_open,--wrap=sys_openat,--wrap=sys_pread,--wrap=sys_read \
	-Wl,--wrap=sys_lseek,--wrap=sys_fcntl,--wrap=sys_ioctl,--wrap=sys_statx \
	-Wl,--wrap=sys_fstat,--wrap=sys_lstat,--wrap=sys_readlink,--wrap=sys_faccessat \
	-Wl,--wrap=sys_opendir,--wrap=sys_readdir,--wrap=sys_inotify_init1,--wrap=sys_inotify_add_watch \
	-Wl,--wrap=sys_mkdir,--wrap=sys_flock,--wrap=sys_write,--wrap=sys_fsync \
	-Wl,--wrap=sys_linkat,--wrap=sys_renameat,--wrap=sys_renameat2,--wrap=sys_unlinkat \
	-Wl,--wrap=sys_close
tests_input_check_SOURCES = \
	tests/input/check_archive.c \
	tests/input/check_codec.c \
	tests/input/check_encoding.c \
	tests/input/check_fingerprint.c \
	tests/input/check_glob.c \
	tests/input/check_judge.c \
	tests/input/check_linebuf.c \
	tests/input/check_link.c \
	tests/input/check_rotated.c \
	tests/input/check_statefile.c \
	tests/input/check_tail.c \
	tests/input/check_tailset_failing.c \
	tests/input/check_tailset_known.c \
	tests/input/check_identity.c \
	tests/input/check_tailset_reading.c \
	tests/input/check_unpack.c \
	tests/input/failing.c \
	tests/input/ground.c \
	tests/input/ground.h \
	tests/input/packers.c \
	tests/input/packers.h \
	tests/input/tail_world.c \
	tests/input/tail_world.h
endif

if FUZZING
FUZZERS += tests/input/fuzz_archive tests/input/fuzz_encoding tests/input/fuzz_state
tests_input_fuzz_archive_SOURCES = tests/input/fuzz_archive.c
tests_input_fuzz_archive_LDFLAGS = $(FUZZ_LINK)
tests_input_fuzz_encoding_SOURCES = tests/input/fuzz_encoding.c
tests_input_fuzz_encoding_LDFLAGS = $(FUZZ_LINK)
tests_input_fuzz_state_SOURCES = tests/input/fuzz_state.c tests/sim/world.h tests/sim/disk.c tests/sim/notify.c tests/sim/sys.c \
	tests/sim/loop.c tests/sim/no_oracle.c
tests_input_fuzz_state_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/sim
tests_input_fuzz_state_LDFLAGS = $(FUZZ_LINK)
endif
