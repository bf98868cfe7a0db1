# Sources and tests of src/engine.
liblogtally_a_SOURCES += \
	src/engine/dispatch.c \
	src/engine/dispatch.h \
	src/engine/engine.c \
	src/engine/engine.h \
	src/engine/explain.c \
	src/engine/explain.h \
	src/engine/explain_text.c \
	src/engine/explain_text.h \
	src/engine/literals.c \
	src/engine/literals.h \
	src/engine/match.c \
	src/engine/match.h \
	src/engine/plan.c \
	src/engine/plan.h \
	src/engine/record.c \
	src/engine/record.h \
	src/engine/seriescache.c \
	src/engine/seriescache.h \
	src/engine/source.c \
	src/engine/source.h \
	src/engine/textindex.c \
	src/engine/textindex.h \
	src/engine/update.c \
	src/engine/update.h

if HAVE_CHECK
check_PROGRAMS += \
	tests/engine/check_dispatch \
	tests/engine/check_engine \
	tests/engine/check_literals \
	tests/engine/check_seriescache
TESTS += \
	tests/engine/check_dispatch \
	tests/engine/check_engine \
	tests/engine/check_literals \
	tests/engine/check_seriescache
tests_engine_check_dispatch_SOURCES = tests/engine/check_dispatch.c tests/support.c tests/support.h
tests_engine_check_dispatch_CFLAGS = $(CHECK_COMPILE)
tests_engine_check_dispatch_LDADD = $(CHECK_LINK)
tests_engine_check_engine_SOURCES = tests/engine/check_engine.c tests/support.c tests/support.h
tests_engine_check_engine_CFLAGS = $(CHECK_COMPILE)
tests_engine_check_engine_LDADD = $(CHECK_LINK)
tests_engine_check_literals_SOURCES = tests/engine/check_literals.c
tests_engine_check_literals_CFLAGS = $(CHECK_COMPILE)
tests_engine_check_literals_LDADD = $(CHECK_LINK)
tests_engine_check_seriescache_SOURCES = tests/engine/check_seriescache.c tests/support.c tests/support.h
tests_engine_check_seriescache_CFLAGS = $(CHECK_COMPILE)
tests_engine_check_seriescache_LDADD = $(CHECK_LINK)
endif
