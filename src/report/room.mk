# Sources and tests of src/report.
liblogtally_a_SOURCES += \
	src/report/kinds.c \
	src/report/kinds.h \
	src/report/report.c \
	src/report/report.h \
	src/report/report_json.c \
	src/report/report_text.c

if HAVE_CHECK
check_PROGRAMS += tests/report/check
TESTS += tests/report/check
tests_report_check_CFLAGS = $(CHECK_COMPILE)
tests_report_check_LDADD = $(CHECK_LINK)
tests_report_check_SOURCES = \
	tests/report/check_report.c
endif
