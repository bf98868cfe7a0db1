# bench/: what the program costs. Built by name only; see docs/performance.md.
#   make bench               the table, in a few minutes; FULL=1 for the whole
#   make bench-plot          docs/performance.svg from the last table
#   make bench-load          scrapes a second with wrk, into docs/performance.md
#   make bench-attack        scrapes beside attacks, into docs/security.md
#   make bench-count         instructions of a small corpus against the recorded number (CI)
#   make bench-count-accept  records what they are now

EXTRA_PROGRAMS += bench/generate bench/trickle bench/bench_lines
bench_generate_SOURCES = bench/generate.c bench/corpus.c bench/corpus.h bench/corpus_backend.c \
	bench/corpus_backend.h bench/corpus_java.c bench/corpus_many.c bench/corpus_spans.c \
	bench/corpus_truth.c
bench_generate_LDADD =
bench_trickle_SOURCES = bench/trickle.c
bench_trickle_LDADD =
bench_bench_lines_SOURCES = bench/bench_lines.c
EXTRA_DIST += bench/run.py bench/measure.py bench/replay_rows.py bench/daemon_rows.py bench/plot.py \
	bench/count.py bench/attack.py bench/load.py bench/instructions.txt bench/mtail bench/rules
BENCH_TOOLS = src/logtally bench/generate bench/trickle bench/bench_lines bench/bench_metrics

bench-load: src/logtally
	python3 $(srcdir)/bench/load.py --programs . --write

bench-attack: src/logtally
	python3 $(srcdir)/bench/attack.py --programs . --write

.PHONY: bench bench-load bench-attack bench-plot bench-count bench-count-accept
bench: $(BENCH_TOOLS)
	python3 $(srcdir)/bench/run.py --programs . --full "$(FULL)"

bench-plot:
	python3 $(srcdir)/bench/plot.py bench/results $(srcdir)/bench/results

bench-count: $(BENCH_TOOLS)
	python3 $(srcdir)/bench/count.py --programs .

bench-count-accept: $(BENCH_TOOLS)
	python3 $(srcdir)/bench/count.py --programs . --accept
dist_doc_DATA += docs/performance.md docs/performance.ru.md docs/performance.svg
