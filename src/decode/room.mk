# Sources and tests of src/decode.
liblogtally_a_SOURCES += \
	src/decode/fieldnames.c \
	src/decode/fieldnames.h \
	src/decode/fields.h \
	src/decode/json.c \
	src/decode/kv.c \
	src/decode/linescan.c \
	src/decode/linescan.h \
	src/decode/linescan_avx2.c \
	src/decode/linescan_kernel.h \
	src/decode/linescan_neon.c \
	src/decode/linescan_sse2.c \
	src/decode/linescan_swar.c \
	src/decode/linetime.c \
	src/decode/linetime.h \
	src/decode/logfmt.c \
	src/decode/simd.h \
	src/decode/timepattern.c \
	src/decode/timepattern.h \
	src/decode/trail.c \
	src/decode/trail.h \
	src/decode/unescape.c \
	src/decode/unescape.h \
	src/decode/unwrap.c \
	src/decode/unwrap.h

# Link-time optimisation makes the scanners slower: it joins what is tuned apart.
src/decode/linescan_avx2.$(OBJEXT) src/decode/linescan_neon.$(OBJEXT) src/decode/linescan_sse2.$(OBJEXT) src/decode/linescan_swar.$(OBJEXT): AM_CFLAGS += $(NOLTO_CFLAGS)

EXTRA_PROGRAMS += bench/bench_fields
bench_bench_fields_SOURCES = bench/bench_fields.c

if HAVE_JANSSON
JSON_SECOND_OPINION_CFLAGS = -DHAVE_JANSSON $(JANSSON_CFLAGS)
JSON_SECOND_OPINION_LIBS = $(JANSSON_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/decode/check
TESTS += tests/decode/check
tests_decode_check_CFLAGS = $(CHECK_COMPILE) $(JSON_SECOND_OPINION_CFLAGS)
tests_decode_check_LDADD = $(CHECK_LINK) $(JSON_SECOND_OPINION_LIBS)
tests_decode_check_SOURCES = \
	tests/decode/check_fields.c \
	tests/decode/check_json.c \
	tests/decode/check_kv.c \
	tests/decode/check_linescan.c \
	tests/decode/check_linetime.c \
	tests/decode/check_logfmt.c \
	tests/decode/check_trail.c \
	tests/decode/check_unwrap.c \
	tests/decode/linegen.c \
	tests/decode/linegen.h \
	tests/decode/slots.c \
	tests/decode/slots.h
endif

if FUZZING
FUZZERS += tests/decode/fuzz_json tests/decode/fuzz_kv tests/decode/fuzz_linescan \
	tests/decode/fuzz_logfmt tests/decode/fuzz_time tests/decode/fuzz_unwrap
tests_decode_fuzz_json_SOURCES = tests/decode/fuzz_json.c tests/decode/slots.c tests/decode/slots.h
tests_decode_fuzz_json_CFLAGS = -I$(top_srcdir)/tests $(AM_CFLAGS)
tests_decode_fuzz_json_LDFLAGS = $(FUZZ_LINK)
tests_decode_fuzz_kv_SOURCES = tests/decode/fuzz_kv.c tests/decode/slots.c tests/decode/slots.h
tests_decode_fuzz_kv_CFLAGS = -I$(top_srcdir)/tests $(AM_CFLAGS)
tests_decode_fuzz_kv_LDFLAGS = $(FUZZ_LINK)
tests_decode_fuzz_linescan_SOURCES = tests/decode/fuzz_linescan.c tests/decode/slots.c tests/decode/slots.h
tests_decode_fuzz_linescan_CFLAGS = -I$(top_srcdir)/tests $(AM_CFLAGS)
tests_decode_fuzz_linescan_LDFLAGS = $(FUZZ_LINK)
tests_decode_fuzz_logfmt_SOURCES = tests/decode/fuzz_logfmt.c tests/decode/slots.c tests/decode/slots.h
tests_decode_fuzz_logfmt_CFLAGS = -I$(top_srcdir)/tests $(AM_CFLAGS)
tests_decode_fuzz_logfmt_LDFLAGS = $(FUZZ_LINK)
tests_decode_fuzz_time_SOURCES = tests/decode/fuzz_time.c
tests_decode_fuzz_time_LDFLAGS = $(FUZZ_LINK)
tests_decode_fuzz_unwrap_SOURCES = tests/decode/fuzz_unwrap.c
tests_decode_fuzz_unwrap_LDFLAGS = $(FUZZ_LINK)
endif
