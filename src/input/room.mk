# Sources and tests of src/input.
liblogtally_a_SOURCES += \
	src/input/archive.c src/input/archive.h \
	src/input/codec.c src/input/codec.h \
	src/input/crc32c.c src/input/crc32c.h \
	src/input/dirs.c \
	src/input/file.c \
	src/input/follow.c \
	src/input/glob.c src/input/glob.h \
	src/input/identity.c src/input/identity.h \
	src/input/index.c src/input/index.h \
	src/input/linebuf.c src/input/linebuf.h \
	src/input/logs.c \
	src/input/newcomer.c \
	src/input/pipe.c \
	src/input/place.c \
	src/input/proof.c src/input/proof.h \
	src/input/records.c \
	src/input/set.h \
	src/input/sibling.c src/input/sibling.h \
	src/input/status.c \
	src/input/store.c src/input/store.h \
	src/input/tail.c src/input/tail.h \
	src/input/tailset.c src/input/tailset.h \
	src/input/unpack.c \
	src/input/watch.c src/input/watch.h
