#!/usr/bin/env bash
# Every check of this project, counted: the test command of the README and of CI.
#
#   contrib/check.sh [--install] [--strict] [--list] [STEP...]
#
#   --install   first install what contrib/packages lists and this machine lacks (Debian; as root or by sudo)
#   --strict    what is skipped has failed; so it is with CI=true in the environment, too
#   --list      name the steps and stop
#   STEP...     only these
#
# How long: less than 15 minutes on two processors that have nothing else to do, from nothing built.
# What it needs: Debian 12 or its kin, 4 GB of memory, 3 GB of disk. No network once the packages are there; no root,
# though some tests need it. Servers listen on free ports of 127.0.0.1, all else is in directories of its own: two
# clones may be checked at once, on a machine that is as busy as it likes.
#
# Builds go to build/ (or $CHECK_BUILD) and are used again by the next run. A step passes only if it ended
# well AND said how many things it looked at: a step that looked at nothing has failed. What needs a tool or a right
# that this machine has not is skipped, with the reason, and counted as such.
# One step more runs at a time than there are processors, as some of them wait for servers. Of each are told the
# seconds it took and the CPU seconds it used, at the end the ten that took longest.
# The last line is `N passed, N failed[, N skipped]` over everything that ran.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${CHECK_BUILD:-$top/build}
jobs=$(nproc 2>/dev/null || echo 2)
logtally=$build/gcc/src/logtally
first="bootstrap gcc" # what the others need
# The others, those that take longest first.
rest="clang-sanitizers e2e stack-live simulation coverage fuzz unit machines instructions distcheck stack-rules stack-fleet
      stack-mutants stack-any stack-proof stack-docker clang-tidy stack-runbook cppcheck package stack-kubernetes quickstart
      docs truth stack-files stack-proxies driver layers format shellcheck man rules-check rules-test"
# Minutes each: before a release, and when threads, or what they share, changed.
# shellcheck disable=SC2034
asked="tsan valgrind"
# shellcheck source=contrib/check-driver.sh
. "$top/contrib/check-driver.sh"

# How long a step may take, in seconds, on a machine that does other things as well: only what hangs meets it.
limit_of() { echo 7200; }

# Where hand-written files are; build/ and what configure makes are not among them.
ours() {
    local dir
    for dir in .ci bench bootstrap contrib grafana prometheus src tests; do
        [ ! -e "$top/$dir" ] || find "$top/$dir" -type f "$@"
    done | sort
}
sources() { ours -name '*.[ch]'; }
scripts() {
    ours ! -name '*.c' | xargs -d '\n' awk 'FNR == 1 && /^#!.*(bash|[\/ ]sh)( |$)/ { print FILENAME } { nextfile }'
}

# --- the steps ------------------------------------------------------------------------------------

step_bootstrap() {
    need autoreconf pkg-config
    "$top/bootstrap" && counted 1 0
}

# configured DIR OPTION...: an out-of-tree build directory, made once.
configured() {
    local dir=$1
    shift
    mkdir -p "$dir" && cd "$dir" || return 1
    if [ ! -e config.status ] || [ "$top/configure" -nt config.status ]; then
        "$top/configure" -q --enable-werror "$@" || return 1
    fi
}

# made DIR OPTION...: everything is built there, tests and fuzzers, by whichever step comes first. What is tested is
# optimized, and the simulation, which runs for minutes; the programs that test are not: a third of the time goes there.
made() {
    mkdir -p "$build"
    (
        flock 9
        # `all` is a make of its own: beside another goal both would write the same objects.
        configured "$@" && make -s -j"$jobs" all && make -s -j"$jobs" tests/sim/sim &&
            make -s -j"$jobs" check TESTS= CFLAGS="$(sed -n 's/^CFLAGS = //p' Makefile) -O0"
    ) 9>"$1.lock"
}

step_gcc() {
    need gcc
    made "$build/gcc" CC=gcc && "$logtally" --version && counted 1 0
}

# By clang with its sanitizers, and with what fuzzers need: tests and fuzzers run in the same objects.
made_by_clang() {
    need clang-14
    export ASAN_OPTIONS=abort_on_error=0:strict_string_checks=1:detect_stack_use_after_return=1
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    made "$build/clang" CC=clang-14 CFLAGS='-O1 -gline-tables-only' --enable-asan --enable-ubsan --enable-fuzzing
}

# unit_tests DIR: `make check`, which ends with the golden tests; one room's program after the other, each with all processors. Every tests/ROOM/check_X.c
# must have counted its tests once in the log of its room, and every room's program must have ended well.
unit_tests() {
    local ok=0 dir name sum
    cd "$1" || return 1
    rm -f tests/*/*.trs tests/*/*.log
    make -s check || ok=1
    for name in "$top"/tests/*/check_*.c; do
        dir=$(basename "$(dirname "$name")") name=$(basename "$name" .c)
        sum=$(sed -n "s/^$name: \([0-9]*\) passed, \([0-9]*\) failed\$/\1 \2/p" "tests/$dir/check.log")
        if [[ ! $sum =~ ^[0-9]+\ [0-9]+$ ]]; then
            echo "FAIL: tests/$dir/$name.c did not run once and to its end (is it in src/$dir/room.mk?)"
            sum="0 1"
        fi
        # shellcheck disable=SC2086
        counted $sum
        [ "${sum#* }" -eq 0 ] || ok=1
    done
    for name in tests/*/check.log; do
        grep -q '^:test-result: PASS' "${name%.log}.trs" || { cat "$name"; ok=1; }
    done
    return $ok
}

step_unit() { made "$build/gcc" CC=gcc && unit_tests "$build/gcc"; }

# Of the rounds of random tests that the step unit has all of, the first: LT_LONG=1 has all here, too.
step_clang_sanitizers() {
    [ -n "${LT_LONG:-}" ] || export LT_FEW=1
    made_by_clang && unit_tests "$build/clang"
}

# Data races, where there are threads: rendering, bcrypt, saving, unpacking, `replay -j`. No suppressions.
step_tsan() {
    local out=$CHECK_LOG.out ok=0 room
    need clang-14 python3
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
    made "$build/tsan" CC=clang-14 CFLAGS='-O1 -gline-tables-only -fsanitize=thread' LDFLAGS=-fsanitize=thread &&
        cd "$build/tsan" && make -s bench/generate || return 1
    for room in base http input daemon offline; do
        "tests/$room/check" >"$out" 2>&1 || { cat "$out"; ok=1; }
        closing_line "$out" || ok=1
    done
    each replay_is_the_same < <(printf '%s\n' json mixed noise) || ok=1
    LOGTALLY=$build/tsan/src/logtally python3 "$top/tests/run_e2e.py" serves web_config site records exactly_once soak \
        >"$out" 2>&1 || ok=1
    cat "$out"
    closing_line "$out" && return $ok
}
# replay_is_the_same KIND: by four threads and by one, of a log that is cut in parts.
replay_is_the_same() {
    local dir ok=0
    dir=$(mktemp -d) && cd "$dir" || return 1
    "$build/tsan/bench/generate" "$1" 200000 x && gzip -k x.log &&
        "$build/tsan/src/logtally" replay -j 4 --rules "$top/rules" x.log x.log.gz >four &&
        "$logtally" replay -j 1 --rules "$top/rules" x.log x.log.gz >one && cmp one four && [ -s one ] || ok=1
    rm -rf "$dir"
    return $ok
}

# Memory that was never written, in the programs of all rooms; what is lost, AddressSanitizer looks for. Random cases are
# fewer there (tests/suite.h), what valgrind does otherwise than the kernel is left out ($LT_VALGRIND), and one thing is suppressed
# (tests/valgrind.supp).
step_valgrind() {
    local out=$CHECK_LOG.out ok=0 program
    need valgrind
    export CK_DEFAULT_TIMEOUT=0 LT_VALGRIND=1
    [ -n "${LT_LONG:-}" ] || export LT_FEW=1
    made "$build/gcc" CC=gcc && cd "$build/gcc" || return 1
    for program in tests/*/check; do
        [ "$program" != tests/sim/check ] || continue # a process of its own, and its own memory
        valgrind -q --suppressions="$top/tests/valgrind.supp" --error-exitcode=9 --leak-check=no --trace-children=no \
            "$program" >"$out" 2>&1 || { cat "$out"; ok=1; }
        echo "$program"
        closing_line <(grep -v '^==' "$out") || ok=1
    done
    return $ok
}

# Which branches of http and input their tests take; below the bar the step fails.
step_coverage() {
    local out=$CHECK_LOG.out ok=0
    need clang-14 llvm-cov-14 python3
    CHECK_BUILD=$build "$top/contrib/coverage.py" >"$out" 2>&1 || ok=1
    cat "$out"
    closing_line "$out" && return $ok
}

# Every fuzzer for a few seconds, from what is in tests/corpus: a mistake that shows at once shows here.
step_fuzz() {
    made_by_clang || return 1
    local names
    names=$(make -s -C "$build/clang" list-fuzzers | tr ' ' '\n' | sort)
    [ "$names" = "$(cd "$top" && find tests -name 'fuzz_*.c' | sed 's/\.c$//' | sort)" ] ||
        { echo "not each fuzzer is in FUZZERS of its room.mk"; return 1; }
    printf '%s\n' "$names" | each fuzz_one
}
fuzz_one() {
    local found kept ok=0
    kept=$top/tests/corpus/$(basename "$1")
    found=$(mktemp -d) && cd "$found" && mkdir new || return 1
    [ -d "$kept" ] || kept=
    PAGE_JUDGE=$top/tests/engine/page_judge.py "$build/clang/$1" new ${kept:+"$kept"} -max_total_time="${FUZZ_SECONDS:-3}" \
        -rss_limit_mb=1024 -print_final_stats=1 >said 2>&1 || ok=1
    sed -n "s|^stat::number_of_executed_units: *|$1: runs: |p" said
    [ $ok = 0 ] || tail -n 40 said
    rm -rf "$found"
    return $ok
}

# A number of the tree that is checked: another with each commit, the same in each run.
tree_number() {
    local tree
    tree=$(git -C "$top" rev-parse 'HEAD^{tree}' 2>/dev/null || date +%Y%m%d)
    echo $((16#${tree:0:8}))
}
# share_of N: of the lines that are read every Nth, others with each commit; all with LT_LONG=1.
share_of() {
    local n=$1
    [ -z "${LT_LONG:-}" ] || n=1
    awk -v n="$n" -v number="$(tree_number)" 'NR % n == number % n'
}

# A minute of new stories, others with each commit, and of a third of the kept ones every call at which logtally can be
# killed or the power be cut. How many in 1,000 may fail, as faults that are known, is to go to 0. The seed that is printed
# repeats the run.
step_simulation() {
    local out=$CHECK_LOG.out ok=0 sim=$build/gcc/tests/sim/sim seed dying
    seed=$(tree_number)
    echo "$sim --seed $seed"
    mapfile -t dying < <(printf '%s\n' "$top"/tests/stories/*.story | share_of 3)
    "$sim" --die "${dying[@]}" >"$out" || ok=1
    cat "$out"
    closing_line "$out" || ok=1
    "$sim" --seconds "${SIMULATION_SECONDS:-60}" --seed "$seed" --allow 1 --most 1000 --plain --cover >"$out" || ok=1
    [ $ok = 0 ] || "$sim" --seed "$seed" --seconds 60 --most 3
    # Known faults are nothing that this machine lacks.
    sed -i 's/^\(.*\), \([0-9]*\) skipped$/known: \2 stories failed, as faults that are known may\n\1/' "$out"
    cat "$out"
    closing_line "$out" && return $ok
}

# That the tarball is whole: it builds, installs, and has what tests read; what they find was seen by the step unit.
step_distcheck() {
    need xz
    export XZ_OPT=-1 # it is packed twice
    cd "$build/gcc" && flock "$build/dist.lock" make -s -j"$jobs" distcheck AM_DISTCHECK_CONFIGURE_FLAGS=CFLAGS=-O0 \
        TESTS="tests/sim/kept.sh tests/base/check tests/config/check" && counted 1 0
}

# The driver itself, with steps of which is known how they end.
step_driver() {
    local out=$CHECK_LOG.out ok=0
    "$top/tests/check_driver.sh" >"$out" 2>&1 || ok=1
    cat "$out"
    closing_line "$out" && return $ok
}

# The tarball as a Debian package: built, judged, installed, upgraded, purged. distcheck has made the tarball already, if it ran.
step_package() {
    need dpkg-buildpackage xz
    local out=$CHECK_LOG.out ok=0 tarball
    mkdir -p "$build/package"
    { flock 8 && make_tarball; } 8>"$build/dist.lock" || return 1
    tarball=$(echo "$build"/package/logtally-*.tar.xz)
    "$top/tests/package/check.sh" "$tarball" "$build/package" >"$out" || ok=1
    cat "$out"
    closing_line "$out" && return $ok
}
# Of the tree as it is, to build/package. distcheck makes it in the same place: never both at once.
make_tarball() {
    local made
    made=$(find "$build/gcc" -maxdepth 1 -name 'logtally-*.tar.xz')
    if [ -z "$made" ] || ! xz -t "$made" || [ -n "$(newer_than "$made")" ]; then # or there is one of another version
        rm -f "$build"/gcc/logtally-*.tar.xz
        make -s -C "$build/gcc" dist-xz || return 1
    fi
    rm -f "$build"/package/logtally-*.tar.xz
    cp -p "$build"/gcc/logtally-*.tar.xz "$build/package/"
}
newer_than() {
    find "$top" \( -path "$build" -o -name .git -o -name autom4te.cache -o -name __pycache__ \) -prune -o -type f -newer "$1" -print -quit
}

step_layers() {
    need nm
    local out=$CHECK_LOG.out
    "$top/tests/layers.sh" "$build/gcc" >"$out" || { cat "$out"; counted 0 1; return 1; }
    cat "$out"
    closing_line "$out"
}

# One machine of three, another with each commit, as each is built for anew; LT_LONG=1 tries all, with all their tests.
step_machines() {
    local out=$CHECK_LOG.out ok=0 machines
    need python3
    mapfile -t machines < <(printf '%s\n' arm64 i386 s390x | share_of 3)
    LOGTALLY=$logtally CHECK_BUILD=$build "$top/tests/machines/run.sh" "${machines[@]}" >"$out" 2>&1 || ok=1
    cat "$out"
    closing_line "$out" && return $ok
}

# All files in few calls, as most of a call is its start; a file is named once, however much is wrong in it.
step_format() {
    need clang-format-14
    local bad total
    total=$(sources | wc -l)
    bad=$(sources | xargs -d '\n' -P "$jobs" -n 50 clang-format-14 --dry-run -Werror 2>&1 |
        sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: error: .*/run: clang-format -i \1/p' | sort -u) ||
        [ -n "$bad" ] || { echo "clang-format-14 cannot be run"; return 1; }
    [ -z "$bad" ] || { echo "$bad"; counted 0 "$(wc -l <<<"$bad")"; return 1; }
    counted "$total" 0
}

step_shellcheck() {
    need shellcheck
    scripts | each shellcheck -x -P "$top"
}

man_page() {
    local said
    said=$(mandoc -T lint -W warning "$1" 2>&1; man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null)
    [ -z "$said" ] || { echo "$said"; return 1; }
}

step_man() {
    need mandoc man
    find "$top/docs/man" -name '*.[15]' | sort | each man_page
}

# Warnings count; but a rule for every line has to be tried on every line, and this machine has no such logs.
rules_check() {
    local said
    if ! said=$("$logtally" check --rules "$1" 2>&1) ||
        grep ' warning: ' <<<"$said" | grep -Eqv 'tried on every line|no file matches|cannot be (read|opened)'; then
        echo "$said"
        return 1
    fi
}

step_rules_check() {
    rules_check "$top/rules" && counted 1 0 &&
        find "$top/rules/examples" -maxdepth 1 -name '*.ini' | sort | each rules_check &&
        find "$top/contrib" -name '*.ini' ! -name wishes.ini ! -path '*/kubernetes/rules/*' | sort | each "$logtally" check --strict --rules "$top/rules" -c
}

step_rules_test() {
    local out=$CHECK_LOG.out ok=0
    "$logtally" test --rules "$top/rules" "$top/rules/tests" >"$out" || ok=1
    cat "$out"
    closing_line "$out" || ok=1
    "$logtally" test "$top/rules/examples/tests" >"$out" || ok=1
    cat "$out"
    closing_line "$out" || ok=1
    return $ok
}

# The expected values beside the rules, added up a second time without logtally.
truth_of() { python3 "$top/rules/tests/truth.py" --check "$1" "${1%.log}.prom"; }

step_truth() {
    need python3
    local out=$CHECK_LOG.out ok=0
    find "$top/rules/tests" -name '*.log' | sort | each truth_of || ok=1
    "$top/rules/examples/tests/truth.py" --check >"$out" || ok=1
    cat "$out"
    closing_line "$out" || ok=1
    return $ok
}

step_docs() {
    local out=$CHECK_LOG.out ok=0
    need python3 jq
    LOGTALLY=$logtally python3 "$top/tests/try_docs.py" >"$out" || ok=1
    cat "$out"
    closing_line "$out" || ok=1
    local check
    for check in key_tables editor_syntax installed_files; do
        if LOGTALLY=$logtally "$top/contrib/$check.py" --check; then counted 1 0; else counted 0 1; ok=1; fi
    done
    rm -rf "$build/installed"
    make -s -C "$build/gcc" install-data DESTDIR="$build/installed" docdir=/doc >"$out" || { cat "$out"; return 1; }
    for check in "links.py" "links.py --installed $build/installed/doc" "draw-rooms.py --check" "docs_in_step.py --check" "draw-screens.py --check" "cookbook.py --check"; do
        # shellcheck disable=SC2086
        LOGTALLY=$logtally "$top/contrib/"$check >"$out" || ok=1
        cat "$out"
        closing_line "$out" || ok=1
    done
    return $ok
}

# The monitoring stack has a test program for each of its parts.
stack_part() {
    local part=$1 out=$CHECK_LOG.out ok=0
    need promtool amtool docker-compose jq python3
    export GOGC=400 # promtool and Prometheus take a quarter less of a processor where they may take more memory
    LOGTALLY=$logtally "$top/tests/stack/run.sh" "$part" >"$out" 2>&1 || ok=1
    cat "$out"
    closing_line "$out" && return $ok
}

step_e2e() {
    local out=$CHECK_LOG.out ok=0
    need python3
    LOGTALLY=$logtally python3 "$top/tests/run_e2e.py" --jobs "$jobs" >"$out" 2>&1 || ok=1
    cat "$out"
    closing_line "$out" && return $ok
}

# The 18 metrics, from a growing log into a real Prometheus.
step_quickstart() {
    need prometheus curl python3
    LOGTALLY=$logtally "$top/contrib/quickstart.sh" --once && counted 18 0
}

# Speed, as far as a busy machine can tell: instructions of small logs against the recorded numbers.
step_instructions() {
    local out=$CHECK_LOG.out ok=0
    need valgrind python3
    make -s -C "$build/gcc" bench-count >"$out" 2>"$out.err" || ok=1
    cat "$out" "$out.err"
    closing_line "$out" && return $ok
}

step_cppcheck() {
    need cppcheck
    local out=$CHECK_LOG.out
    mkdir -p "$build/cppcheck"
    cppcheck --enable=warning,performance --inline-suppr --error-exitcode=1 --std=c11 \
        -j "$jobs" --cppcheck-build-dir="$build/cppcheck" --suppressions-list="$top/tests/cppcheck.txt" \
        -I "$top/src" -I "$build/gcc" -DHAVE_CONFIG_H -D_GNU_SOURCE "$top/src" >"$out" 2>&1 ||
        { grep -v -E '^(Checking |[0-9]+/)' "$out"; counted 0 1; return 1; }
    counted "$(grep -c '^Checking .*\.c *\.\.\.$' "$out")" 0
}

step_clang_tidy() {
    need clang-tidy-14
    find "$top/src" -name '*.c' | each tidy_file
}
tidy_file() {
    clang-tidy-14 --quiet --warnings-as-errors='*' "$1" -- -std=c11 -I"$top/src" -I"$build/gcc" 2>/dev/null
}

run_step_of() {
    case $1 in
    stack-*) stack_part "${1#stack-}" ;;
    *) "step_${1//-/_}" ;;
    esac
}

drive "$@"
