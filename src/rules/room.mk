# Sources and tests of src/rules.
liblogtally_a_SOURCES +=

# The line scanners.
liblogtally_a_SOURCES += src/rules/fields.h src/rules/fieldnames.h src/rules/fieldnames.c \
	src/rules/fields_json.c src/rules/fields_logfmt.c src/rules/unescape.h src/rules/unescape.c \
	src/rules/unwrap.h src/rules/unwrap.c src/rules/linetime.h src/rules/linetime.c \
	src/rules/timepattern.h src/rules/timepattern.c
