# Sources and tests of src/base.
liblogtally_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/buf.c src/base/buf.h \
	src/base/clock.c src/base/clock.h \
	src/base/log.c src/base/log.h \
	src/base/loop.c src/base/loop.h \
	src/base/map.c src/base/map.h \
	src/base/decimal.c src/base/decimal.h \
	src/base/num.c src/base/num.h src/base/numfmt.c src/base/numhuman.c \
	src/base/pow10.c src/base/pow10.h \
	src/base/unit.c src/base/unit.h \
	src/base/slice.c src/base/slice.h \
	src/base/utf8.c src/base/utf8.h \
	src/base/xalloc.c src/base/xalloc.h
