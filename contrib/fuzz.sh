#!/usr/bin/env bash
# Runs fuzzers, one after the other, from what is in tests/corpus; needs clang.
#
#   contrib/fuzz.sh [SECONDS [TARGET...]]    each so long (600); TARGET is a name without `fuzz_`: json, page, state; all if none is given
#   contrib/fuzz.sh --merge [TARGET...]      adds to tests/corpus what was found and reaches more than it
#   contrib/fuzz.sh --list                   the targets, from the Makefile's list: what everything here and contrib/oss-fuzz goes by
#
# $FUZZ_DIR (build/fuzz-found) keeps what was found: ROOM/fuzz_X/new are inputs that reach something new, crash-* and the like
# are failures. $FUZZ_BUILD (build/clang) is where the programs are built, with AddressSanitizer and UBSan. Told of each are how
# often it ran, the CPU seconds it got (a busy machine gives less than SECONDS), the inputs it added, and how it ended. The
# last line is `N passed, N failed`.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${FUZZ_BUILD:-$top/build/clang}
found=${FUZZ_DIR:-$top/build/fuzz-found}
most_kept=100000 # bytes of the corpus of one target, so that it stays readable and quick
passed=0 failed=0

configured() {
    mkdir -p "$build" && cd "$build" || exit 1
    [ -e config.status ] || "$top/configure" -q --enable-werror CC="${CC:-clang-14}" CFLAGS='-O1 -gline-tables-only' \
        --enable-asan --enable-ubsan --enable-fuzzing || exit 1
}

all_targets() { make -s -C "$build" list-fuzzers | tr ' ' '\n'; }

# targets [TARGET...]: their paths, tests/ROOM/fuzz_X
targets() {
    local target
    [ $# -gt 0 ] || { all_targets; return; }
    for target in "$@"; do
        all_targets | grep -x "tests/.*/fuzz_$target" || { echo "fuzz: unknown target $target; see --list" >&2; exit 2; }
    done
}

# fuzz PATH SECONDS
fuzz() {
    local name kept dir dict ok=passed user sys
    name=$(basename "$1") dir=$found/$1
    kept=$top/tests/corpus/$name
    dict=$top/tests/dict/${name#fuzz_}.dict
    mkdir -p "$dir/new" && cd "$dir" || exit 1
    [ -d "$kept" ] || kept=
    [ -e "$dict" ] || dict=
    TIMEFORMAT='%U %S'
    # shellcheck disable=SC2094 # the program itself reads none of them
    { time PAGE_JUDGE=$top/tests/engine/page_judge.py "$build/$1" new ${kept:+"$kept"} ${dict:+-dict="$dict"} -max_total_time="$2" \
        -rss_limit_mb=2048 -timeout=60 -print_final_stats=1 >said 2>&1; } 2>used || ok=failed
    read -r user sys <used
    awk -v name="$name" -v cpu="$(awk "BEGIN { print $user + $sys }")" -v ok=$ok -v new="$(find new -type f | wc -l)" '
        /^stat::number_of_executed_units/ { runs = $2 }
        END { printf "%-18s %12d runs %8.1f s of CPU %6d new inputs  %s\n", name, runs, cpu, new, ok }' said
    [ $ok = passed ] || { tail -n 30 said; echo "kept in $dir"; }
    printf -v "$ok" %d $((${!ok} + 1))
}

# merge PATH: adds what was found and reaches something that the corpus does not; of that the smallest inputs.
merge() {
    local name kept size
    name=$(basename "$1")
    kept=$top/tests/corpus/$name
    mkdir -p "$kept" "$found/$1/new" && cd "$found/$1" || exit 1
    PAGE_JUDGE='' "$build/$1" -merge=1 -rss_limit_mb=2048 "$kept" new >said.merge 2>&1 || { tail -n 20 said.merge; failed=$((failed + 1)); }
    size=$(find "$kept" -type f -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }')
    printf '%-18s %5d inputs, %d bytes of at most %d\n' "$name" "$(find "$kept" -type f | wc -l)" "$size" $most_kept
    if [ "$size" -le $most_kept ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    rmdir "$kept" 2>/dev/null
}

seconds=600 do=fuzz
case ${1:-} in
--list | --merge) do=${1#--}; shift ;;
[0-9]*) seconds=$1; shift ;;
-*) sed -n '2,/^set /p' "$0" | grep '^#' | cut -c 3-; exit 2 ;;
esac
configured
list=$(targets "$@") || exit 2
[ "$do" != list ] || { echo "$list"; exit; }
# shellcheck disable=SC2086
make -s -C "$build" -j"$(nproc)" $list || exit 1
for path in $list; do
    "$do" "$path" "$seconds"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
