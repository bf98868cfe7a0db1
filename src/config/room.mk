# Sources and tests of src/config.
liblogtally_a_SOURCES += \
	src/config/env.c \
	src/config/ini.c \
	src/config/ini.h \
	src/config/ini_line.c \
	src/config/ini_line.h \
	src/config/keys.h \
	src/config/mistake.c \
	src/config/mistake.h \
	src/config/named.c \
	src/config/named.h \
	src/config/schema.c \
	src/config/schema.h \
	src/config/section.c \
	src/config/section.h \
	src/config/settings.c \
	src/config/settings.h \
	src/config/textfile.c \
	src/config/textfile.h

if HAVE_CHECK
check_PROGRAMS += tests/config/check
TESTS += tests/config/check
tests_config_check_CFLAGS = $(CHECK_COMPILE)
tests_config_check_LDADD = $(CHECK_LINK)
tests_config_check_SOURCES = \
	tests/config/check_ini.c \
	tests/config/check_schema.c \
	tests/config/check_settings.c
endif

if FUZZING
FUZZERS += tests/config/fuzz_ini
tests_config_fuzz_ini_SOURCES = tests/config/fuzz_ini.c
tests_config_fuzz_ini_LDFLAGS = $(FUZZ_LINK)
endif
