# Sources and tests of src/http.
liblogtally_a_SOURCES += \
	src/http/body.c \
	src/http/conn.c \
	src/http/conn.h \
	src/http/gzip.c \
	src/http/gzip.h \
	src/http/listen.c \
	src/http/listen.h \
	src/http/negotiate.c \
	src/http/negotiate.h \
	src/http/request.c \
	src/http/request.h \
	src/http/server.c \
	src/http/server.h

if HAVE_CHECK
check_PROGRAMS += \
	tests/http/check_gzip \
	tests/http/check_listen \
	tests/http/check_negotiate \
	tests/http/check_server \
	tests/http/check_server_abuse
TESTS += \
	tests/http/check_gzip \
	tests/http/check_listen \
	tests/http/check_negotiate \
	tests/http/check_server \
	tests/http/check_server_abuse
tests_http_check_gzip_SOURCES = tests/http/check_gzip.c
tests_http_check_gzip_CFLAGS = $(CHECK_COMPILE)
tests_http_check_gzip_LDADD = $(CHECK_LINK)
tests_http_check_listen_SOURCES = tests/http/check_listen.c
tests_http_check_listen_CFLAGS = $(CHECK_COMPILE)
tests_http_check_listen_LDADD = $(CHECK_LINK)
tests_http_check_negotiate_SOURCES = tests/http/check_negotiate.c
tests_http_check_negotiate_CFLAGS = $(CHECK_COMPILE)
tests_http_check_negotiate_LDADD = $(CHECK_LINK)
tests_http_check_server_SOURCES = tests/http/check_server.c tests/http/http_rig.c tests/http/http_rig.h
tests_http_check_server_CFLAGS = $(CHECK_COMPILE)
tests_http_check_server_LDADD = $(CHECK_LINK)
tests_http_check_server_abuse_SOURCES = tests/http/check_server_abuse.c tests/http/http_rig.c tests/http/http_rig.h
tests_http_check_server_abuse_CFLAGS = $(CHECK_COMPILE)
tests_http_check_server_abuse_LDADD = $(CHECK_LINK)
endif
