# Sources and tests of src/http.
liblogtally_a_SOURCES += \
	src/http/access.h \
	src/http/ask.c \
	src/http/ask.h \
	src/http/coding.c \
	src/http/coding.h \
	src/http/conn.c \
	src/http/conn.h \
	src/http/framing.c \
	src/http/framing.h \
	src/http/gzip.c \
	src/http/gzip.h \
	src/http/listen.c \
	src/http/listen.h \
	src/http/negotiate.c \
	src/http/negotiate.h \
	src/http/origin.c \
	src/http/origin.h \
	src/http/peer.c \
	src/http/peer.h \
	src/http/request.c \
	src/http/request.h \
	src/http/server.c \
	src/http/server.h \
	src/http/tls.h \
	src/http/turns.c \
	src/http/turns.h \
	src/http/users.h \
	src/http/web_config.h \
	src/http/zstd.h
if HAVE_ZSTD
liblogtally_a_SOURCES += src/http/zstd.c
endif
if HAVE_WEB_CONFIG
liblogtally_a_SOURCES += \
	src/http/access.c \
	src/http/tls.c \
	src/http/users.c \
	src/http/web_config.c
else
liblogtally_a_SOURCES += src/http/access_none.c
endif

if HAVE_CHECK
check_PROGRAMS += tests/http/check
TESTS += tests/http/check
tests_http_check_CFLAGS = $(CHECK_COMPILE)
tests_http_check_LDADD = $(CHECK_LINK)
# Calls that tests/http/failing.c makes fail.
tests_http_check_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=bind,--wrap=chmod,--wrap=epoll_ctl,--wrap=fchmod \
	-Wl,--wrap=getaddrinfo,--wrap=getnameinfo,--wrap=getsockname,--wrap=listen,--wrap=lstat,--wrap=__lstat64_time64 \
	-Wl,--wrap=socket,--wrap=unlink,--wrap=crypt_r
tests_http_check_SOURCES = \
	tests/http/check_ask.c \
	tests/http/check_coding.c \
	tests/http/check_conn.c \
	tests/http/check_gzip.c \
	tests/http/check_listen.c \
	tests/http/check_negotiate.c \
	tests/http/check_origin.c \
	tests/http/check_peer.c \
	tests/http/check_server.c \
	tests/http/check_server_abuse.c \
	tests/http/check_server_start.c \
	tests/http/check_turns.c \
	tests/http/failing.c \
	tests/http/http_rig.c \
	tests/http/http_rig.h
if HAVE_WEB_CONFIG
tests_http_check_SOURCES += tests/http/check_access.c tests/http/check_users.c tests/http/check_web_config.c
endif
endif

if FUZZING
FUZZERS += tests/http/fuzz_headers
tests_http_fuzz_headers_SOURCES = tests/http/fuzz_headers.c
tests_http_fuzz_headers_LDFLAGS = $(FUZZ_LINK)
if HAVE_WEB_CONFIG
FUZZERS += tests/http/fuzz_web_config
tests_http_fuzz_web_config_SOURCES = tests/http/fuzz_web_config.c
tests_http_fuzz_web_config_LDFLAGS = $(FUZZ_LINK)
endif
endif
