# Sources and tests of src/input.
liblogtally_a_SOURCES += \
	src/input/archive.c src/input/archive.h \
	src/input/codec.c src/input/codec.h \
	src/input/crc32c.c src/input/crc32c.h \
	src/input/linebuf.c src/input/linebuf.h \
	src/input/store.c src/input/store.h \
	src/input/tailset.h
