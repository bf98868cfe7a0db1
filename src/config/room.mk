# Sources and tests of src/config.
liblogtally_a_SOURCES += \
	src/config/env.c \
	src/config/ini.c \
	src/config/ini.h \
	src/config/ini_line.c \
	src/config/ini_line.h \
	src/config/mistake.c \
	src/config/mistake.h \
	src/config/schema.c \
	src/config/schema.h \
	src/config/settings.c \
	src/config/settings.h

if HAVE_CHECK
check_PROGRAMS += \
	tests/config/check_ini \
	tests/config/check_settings
TESTS += \
	tests/config/check_ini \
	tests/config/check_settings
tests_config_check_ini_SOURCES = tests/config/check_ini.c
tests_config_check_ini_CFLAGS = $(CHECK_COMPILE)
tests_config_check_ini_LDADD = $(CHECK_LINK)
tests_config_check_settings_SOURCES = tests/config/check_settings.c
tests_config_check_settings_CFLAGS = $(CHECK_COMPILE)
tests_config_check_settings_LDADD = $(CHECK_LINK)
endif

if FUZZING
check_PROGRAMS += tests/config/fuzz_ini
tests_config_fuzz_ini_SOURCES = tests/config/fuzz_ini.c
tests_config_fuzz_ini_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
