# bench/: what the program costs. Built by name only; see docs/performance.md.
#   make bench               the table, on an idle machine; FULL=1 for longer logs, BUSY=1 although it is busy: not fair
#   make bench-plot          docs/performance.svg from the last table
#   make bench-load          scrapes a second with wrk, into docs/performance.md
#   make bench-attack        scrapes beside attacks, into docs/security.md
#   make bench-count         instructions of a small corpus against the recorded number (CI)
#   make bench-count-accept  records what they are now
#   make bench-instead       instructions a line of what people would use instead, into docs/performance.md

EXTRA_PROGRAMS += bench/generate bench/trickle bench/bench_lines
bench_generate_SOURCES = bench/generate.c bench/corpus.c bench/corpus.h bench/corpus_backend.c \
	bench/corpus_backend.h bench/corpus_java.c bench/corpus_many.c bench/corpus_spans.c \
	bench/corpus_truth.c
bench_generate_LDADD =
bench_trickle_SOURCES = bench/trickle.c
bench_trickle_LDADD =
bench_bench_lines_SOURCES = bench/bench_lines.c
# The program as it runs where the processor has less: its linescan.o stands in for the library's.
EXTRA_PROGRAMS += bench/logtally_sse2 bench/logtally_swar
bench_logtally_sse2_SOURCES = src/main.c src/decode/linescan.c
bench_logtally_sse2_CPPFLAGS = $(AM_CPPFLAGS) -DLINESCAN_MOST=LINESCAN_SSE2
bench_logtally_swar_SOURCES = src/main.c src/decode/linescan.c
bench_logtally_swar_CPPFLAGS = $(AM_CPPFLAGS) -DLINESCAN_MOST=LINESCAN_SWAR
EXTRA_DIST += bench/run.py bench/measure.py bench/replay_rows.py bench/daemon_rows.py bench/plot.py \
	bench/count.py bench/attack.py bench/load.py bench/contenders.py bench/instead bench/instructions.txt bench/mtail bench/rules
BENCH_TOOLS = src/logtally bench/generate bench/trickle bench/bench_lines bench/bench_metrics \
	bench/logtally_sse2 bench/logtally_swar

bench-load: src/logtally
	python3 $(srcdir)/bench/load.py --programs . --write

bench-attack: src/logtally
	python3 $(srcdir)/bench/attack.py --programs . --write

# Beside this build.
pgo:
	$(srcdir)/contrib/pgo.sh pgo

.PHONY: pgo bench bench-load bench-attack bench-plot bench-count bench-count-accept bench-instead
bench: $(BENCH_TOOLS)
	python3 $(srcdir)/bench/run.py --programs . --full "$(FULL)" --busy "$(BUSY)"

bench-plot:
	python3 $(srcdir)/bench/plot.py bench/results $(srcdir)/bench/results

bench-count: $(BENCH_TOOLS)
	python3 $(srcdir)/bench/count.py --programs .

bench-count-accept: $(BENCH_TOOLS)
	python3 $(srcdir)/bench/count.py --programs . --accept

bench-instead: $(BENCH_TOOLS)
	python3 $(srcdir)/bench/count.py --programs . --instead
