# Sources and tests of src/site.
liblogtally_a_SOURCES += \
	src/site/api.c \
	src/site/api.h \
	src/site/assets.c \
	src/site/assets.h \
	src/site/doubts.c \
	src/site/doubts.h \
	src/site/html.c \
	src/site/html.h \
	src/site/pages.c \
	src/site/pages.h \
	src/site/parts.c \
	src/site/parts.h \
	src/site/view.h \
	src/site/words.c \
	src/site/words.h

if HAVE_CHECK
check_PROGRAMS += tests/site/check
TESTS += tests/site/check
tests_site_check_CFLAGS = $(CHECK_COMPILE)
tests_site_check_LDADD = $(CHECK_LINK)
tests_site_check_SOURCES = \
	tests/site/check_site.c
endif
