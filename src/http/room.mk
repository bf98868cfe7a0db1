# Sources and tests of src/http.
liblogtally_a_SOURCES += \
	src/http/body.c \
	src/http/conn.c src/http/conn.h \
	src/http/gzip.c src/http/gzip.h \
	src/http/listen.c src/http/listen.h \
	src/http/negotiate.c src/http/negotiate.h \
	src/http/request.c src/http/request.h \
	src/http/server.c src/http/server.h

if HAVE_CHECK
check_PROGRAMS += tests/check_negotiate tests/check_gzip tests/check_server \
	tests/check_server_abuse tests/check_listen
TESTS += tests/check_negotiate tests/check_gzip tests/check_server \
	tests/check_server_abuse tests/check_listen
tests_check_negotiate_SOURCES = tests/check_negotiate.c
tests_check_negotiate_CFLAGS = $(CHECK_COMPILE)
tests_check_negotiate_LDADD = $(CHECK_LINK)
tests_check_gzip_SOURCES = tests/check_gzip.c
tests_check_gzip_CFLAGS = $(CHECK_COMPILE)
tests_check_gzip_LDADD = $(CHECK_LINK)
tests_check_server_SOURCES = tests/check_server.c tests/http_rig.c tests/http_rig.h
tests_check_server_CFLAGS = $(CHECK_COMPILE)
tests_check_server_LDADD = $(CHECK_LINK)
tests_check_server_abuse_SOURCES = tests/check_server_abuse.c tests/http_rig.c tests/http_rig.h
tests_check_server_abuse_CFLAGS = $(CHECK_COMPILE)
tests_check_server_abuse_LDADD = $(CHECK_LINK)
tests_check_listen_SOURCES = tests/check_listen.c
tests_check_listen_CFLAGS = $(CHECK_COMPILE)
tests_check_listen_LDADD = $(CHECK_LINK)
endif
