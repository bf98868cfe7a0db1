# The simulation: its sys.c and loop.c take the place of src/base's, see tests/sim/world.h. The kept stories are its test.
check_PROGRAMS += tests/sim/sim
tests_sim_sim_SOURCES = tests/sim/world.h tests/sim/disk.c tests/sim/notify.c tests/sim/sys.c tests/sim/loop.c \
	tests/sim/process.c tests/sim/oracle.c tests/sim/actors.c tests/sim/cover.c tests/sim/story.c
tests_sim_sim_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/sim
# The simulated disk and its events against the kernel's.
check_PROGRAMS += tests/sim/kernel
tests_sim_kernel_SOURCES = tests/sim/world.h tests/sim/disk.c tests/sim/notify.c tests/sim/sys.c \
	tests/sim/no_oracle.c tests/sim/kernel.c
tests_sim_kernel_CPPFLAGS = $(tests_sim_sim_CPPFLAGS)
TESTS += tests/sim/kernel
# Tests of the input room that wait for something: on the simulated disk nothing takes time.
if HAVE_CHECK
check_PROGRAMS += tests/sim/check
TESTS += tests/sim/check
tests_sim_check_SOURCES = tests/sim/world.h tests/sim/disk.c tests/sim/notify.c tests/sim/sys.c tests/sim/loop.c \
	tests/sim/no_oracle.c tests/sim/ground.c tests/sim/scene.h tests/input/ground.h tests/input/tail_world.c tests/input/tail_world.h \
	tests/sim/check_tailset_archives.c tests/sim/check_tailset_directories.c tests/sim/check_tailset_events.c tests/sim/check_tailset_links.c \
	tests/sim/check_tailset_names.c tests/sim/check_tailset_restart.c tests/sim/check_tailset_rotation.c tests/sim/check_tailset_truncation.c
tests_sim_check_CPPFLAGS = $(tests_sim_sim_CPPFLAGS)
tests_sim_check_CFLAGS = $(CHECK_COMPILE)
tests_sim_check_LDADD = $(CHECK_LINK)
endif
dist_check_SCRIPTS += tests/sim/kept.sh
TESTS += tests/sim/kept.sh
EXTRA_DIST += tests/stories tests/sim/planted
