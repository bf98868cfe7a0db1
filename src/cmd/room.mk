# Sources and tests of src/cmd.
liblogtally_a_SOURCES += \
	src/cmd/alike.c \
	src/cmd/alike.h \
	src/cmd/backfill.c \
	src/cmd/check.c \
	src/cmd/commands.h \
	src/cmd/dump.c \
	src/cmd/dump.h \
	src/cmd/dump_json.c \
	src/cmd/explain.c \
	src/cmd/health.c \
	src/cmd/help.c \
	src/cmd/keys.c \
	src/cmd/leftout.c \
	src/cmd/leftout.h \
	src/cmd/merge.c \
	src/cmd/recounted.c \
	src/cmd/recounted.h \
	src/cmd/parts.c \
	src/cmd/parts.h \
	src/cmd/replay.c \
	src/cmd/run.c \
	src/cmd/savedfiles.c \
	src/cmd/savedfiles.h \
	src/cmd/state.c \
	src/cmd/statedrop.c \
	src/cmd/statedrop.h \
	src/cmd/suggest.c \
	src/cmd/test.c \
	src/cmd/verify.c \
	src/cmd/watch.c
