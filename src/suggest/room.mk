# Sources and tests of src/suggest.
liblogtally_a_SOURCES += \
	src/suggest/begins.c \
	src/suggest/begins.h \
	src/suggest/condition.c \
	src/suggest/dated.c \
	src/suggest/dated.h \
	src/suggest/fields.c \
	src/suggest/fields.h \
	src/suggest/heads.c \
	src/suggest/heads.h \
	src/suggest/levels.c \
	src/suggest/levels.h \
	src/suggest/metrics.c \
	src/suggest/print.c \
	src/suggest/proposal.c \
	src/suggest/proposal.h \
	src/suggest/shapes.c \
	src/suggest/shapes.h \
	src/suggest/suggest.c \
	src/suggest/suggest.h \
	src/suggest/text.c \
	src/suggest/words.c \
	src/suggest/words.h

if HAVE_CHECK
check_PROGRAMS += tests/suggest/check
TESTS += tests/suggest/check
tests_suggest_check_CFLAGS = $(CHECK_COMPILE)
tests_suggest_check_LDADD = $(CHECK_LINK)
tests_suggest_check_SOURCES = \
	tests/suggest/check_suggest.c
endif
