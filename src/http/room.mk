# Sources and tests of src/http.
liblogtally_a_SOURCES += \
	src/http/body.c \
	src/http/conn.c src/http/conn.h \
	src/http/gzip.c src/http/gzip.h \
	src/http/listen.c src/http/listen.h \
	src/http/negotiate.c src/http/negotiate.h \
	src/http/request.c src/http/request.h \
	src/http/server.c src/http/server.h
