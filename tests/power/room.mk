# A file system that forgets what was not synced, for tests/e2e/faults_power.py; built where libfuse3 is.
if HAVE_FUSE
check_PROGRAMS += tests/power/powerfs
tests_power_powerfs_SOURCES = tests/power/disk.c tests/power/disk.h tests/power/powerfs.c
tests_power_powerfs_CFLAGS = $(AM_CFLAGS) $(FUSE_CFLAGS)
tests_power_powerfs_LDADD = liblogtally.a $(FUSE_LIBS)
endif
