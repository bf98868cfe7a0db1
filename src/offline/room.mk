# Sources and tests of src/offline.
liblogtally_a_SOURCES += \
	src/offline/bytime.c \
	src/offline/bytime.h \
	src/offline/exposition.c \
	src/offline/exposition.h \
	src/offline/golden.c \
	src/offline/golden.h \
	src/offline/held.c \
	src/offline/held.h \
	src/offline/inputs.c \
	src/offline/inputs.h \
	src/offline/merge.c \
	src/offline/merge.h \
	src/offline/parallel.c \
	src/offline/parallel.h \
	src/offline/session.c \
	src/offline/session.h \
	src/offline/stepwriter.c \
	src/offline/stepwriter.h

if HAVE_CHECK
check_PROGRAMS += tests/offline/check
TESTS += tests/offline/check
tests_offline_check_CFLAGS = $(CHECK_COMPILE)
tests_offline_check_LDADD = $(CHECK_LINK)
tests_offline_check_SOURCES = \
	tests/offline/check_exposition.c \
	tests/offline/check_inputs.c \
	tests/offline/check_session.c
endif
