# Sources and tests of src/offline.
liblogtally_a_SOURCES += \
	src/offline/bytime.c \
	src/offline/bytime.h \
	src/offline/exposition.c \
	src/offline/exposition.h \
	src/offline/golden.c \
	src/offline/golden.h \
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
check_PROGRAMS += \
	tests/offline/check_exposition
TESTS += \
	tests/offline/check_exposition
tests_offline_check_exposition_SOURCES = tests/offline/check_exposition.c
tests_offline_check_exposition_CFLAGS = $(CHECK_COMPILE)
tests_offline_check_exposition_LDADD = $(CHECK_LINK)
endif
