# Sources and tests of src/report.
liblogtally_a_SOURCES += \
	src/report/bounds.c \
	src/report/bounds.h \
	src/report/broad.c \
	src/report/broad.h \
	src/report/costs.c \
	src/report/costs.h \
	src/report/findings.c \
	src/report/findings.h \
	src/report/frequent.c \
	src/report/frequent.h \
	src/report/growth.c \
	src/report/growth.h \
	src/report/kinds.c \
	src/report/kinds.h \
	src/report/misses.c \
	src/report/misses.h \
	src/report/report.c \
	src/report/report.h \
	src/report/report_json.c \
	src/report/report_run.c \
	src/report/report_text.c \
	src/report/seen.c \
	src/report/seen.h

if HAVE_CHECK
check_PROGRAMS += tests/report/check
TESTS += tests/report/check
tests_report_check_CFLAGS = $(CHECK_COMPILE)
tests_report_check_LDADD = $(CHECK_LINK)
tests_report_check_SOURCES = \
	tests/report/check_growth.c \
	tests/report/check_report.c
endif
