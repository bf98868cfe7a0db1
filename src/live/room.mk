# Sources and tests of src/live.
liblogtally_a_SOURCES += \
	src/live/lines.c \
	src/live/lines.h \
	src/live/live.c \
	src/live/live.h \
	src/live/outcome.c \
	src/live/outcome.h \
	src/live/page.c \
	src/live/page.h \
	src/live/proposal.c \
	src/live/proposal.h \
	src/live/sources.c \
	src/live/sources.h \
	src/live/tell.c \
	src/live/tell.h \
	src/live/terminal.c \
	src/live/terminal.h \
	src/live/view.c \
	src/live/view.h

if HAVE_CHECK
check_PROGRAMS += tests/live/check
TESTS += tests/live/check
tests_live_check_CFLAGS = $(CHECK_COMPILE)
tests_live_check_LDADD = $(CHECK_LINK)
tests_live_check_SOURCES = \
	tests/live/check_page.c \
	tests/live/check_view.c
endif
