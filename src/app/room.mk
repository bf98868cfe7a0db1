# Sources and tests of src/app.
liblogtally_a_SOURCES += \
	src/app/anchor.c \
	src/app/anchor.h \
	src/app/folders.c \
	src/app/folders.h \
	src/app/options.c \
	src/app/options.h \
	src/app/output.c \
	src/app/output.h \
	src/app/progress.c \
	src/app/progress.h \
	src/app/setup.c \
	src/app/setup.h \
	src/app/timearg.c \
	src/app/timearg.h
