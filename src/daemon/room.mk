# Sources and tests of src/daemon.
liblogtally_a_SOURCES += \
	src/daemon/counting.c \
	src/daemon/daemon.c \
	src/daemon/daemon.h \
	src/daemon/input.c \
	src/daemon/page.c \
	src/daemon/process_metrics.c \
	src/daemon/reload.c \
	src/daemon/routes.c \
	src/daemon/rulewatch.c \
	src/daemon/rulewatch.h \
	src/daemon/site.c \
	src/daemon/start.c \
	src/daemon/systemd.c \
	src/daemon/systemd.h \
	src/daemon/unmatched.c \
	src/daemon/unmatched.h \
	src/daemon/view.c \
	src/daemon/view.h \
	src/daemon/worker.c \
	src/daemon/worker.h \
	src/daemon/writer.c \
	src/daemon/writer.h

if HAVE_CHECK
check_PROGRAMS += tests/daemon/check
TESTS += tests/daemon/check
tests_daemon_check_CFLAGS = $(CHECK_COMPILE)
tests_daemon_check_LDADD = $(CHECK_LINK)
tests_daemon_check_SOURCES = \
	tests/daemon/check_rulewatch.c
endif
