# Sources and tests of src/cmd.
liblogtally_a_SOURCES += src/cmd/options.h src/cmd/options.c src/cmd/settings.h src/cmd/settings.c \
	src/cmd/settings_env.c \
	src/cmd/setup.h src/cmd/setup.c src/cmd/session.h src/cmd/session.c src/cmd/output.h \
	src/cmd/output.c src/cmd/check.c src/cmd/dump.h src/cmd/dump.c src/cmd/replay.c \
	src/cmd/samples.h src/cmd/samples.c src/cmd/cases.h src/cmd/cases.c src/cmd/test.c \
	src/cmd/explain.c src/cmd/state.c src/cmd/saver.h src/cmd/saver.c src/cmd/live.h \
	src/cmd/live.c src/cmd/process.h src/cmd/process.c src/cmd/daemon.h src/cmd/daemon.c \
	src/cmd/daemon_input.c src/cmd/daemon_page.c src/cmd/daemon_http.c src/cmd/daemon_reload.c \
	src/cmd/run.c src/cmd/timeline.h src/cmd/timeline.c src/cmd/steps.h src/cmd/steps.c \
	src/cmd/backfill.c src/cmd/inputs.h src/cmd/inputs.c src/cmd/progress.h \
	src/cmd/progress.c src/cmd/parts.h src/cmd/parts.c src/cmd/merge.h src/cmd/merge.c \
	src/cmd/suggest.c src/cmd/when.h src/cmd/when.c

if HAVE_CHECK
CMD_TESTS = tests/check_settings tests/check_samples
check_PROGRAMS += $(CMD_TESTS)
TESTS += $(CMD_TESTS)
tests_check_settings_SOURCES = tests/check_settings.c
tests_check_settings_CFLAGS = $(CHECK_COMPILE)
tests_check_settings_LDADD = $(CHECK_LINK)
tests_check_samples_SOURCES = tests/check_samples.c
tests_check_samples_CFLAGS = $(CHECK_COMPILE)
tests_check_samples_LDADD = $(CHECK_LINK)
endif
