# The driver of contrib/check.sh, which sources it: runs steps, counts what they looked at, tells how it went. It
# knows no step; tests/check_driver.sh gives it steps of its own. Before `drive "$@"` the script that sources it has
#
#   top, build, jobs    the sources, where builds go, how many processors there are
#   first               steps that the others need, in their order
#   rest                the others: no two need each other; those that take longest stand first
#   asked               more of them, which run only when they are named
#   limit_of STEP       prints how many seconds a step may take
#   run_step_of STEP    runs a step: 0 passed, 77 skipped, anything else failed
#
# and says what it is in its own head, up to the first line that is no comment: that is printed by --help.
# shellcheck shell=bash
# shellcheck disable=SC2154
self=$(realpath "$0")

# --- what a step says about itself -----------------------------------------------------------------

# counted PASSED FAILED [SKIPPED]: adds to the step's sum.
counted() { echo "$1 $2 ${3:-0}" >>"$CHECK_COUNT"; }

# each COMMAND... < list of files: runs COMMAND FILE for each, some at a time, and counts the outcomes.
# COMMAND may be a function of the script.
each() {
    local total failed
    total=$(tee "$CHECK_LOG.list" | wc -l)
    : >"$CHECK_LOG.failed"
    xargs -r -d '\n' -P "$jobs" -n 1 "$self" --run-one "$@" <"$CHECK_LOG.list"
    failed=$(wc -l <"$CHECK_LOG.failed")
    counted $((total - failed)) "$failed"
    [ "$failed" -eq 0 ]
}

run_one() {
    local said
    if said=$("$@" 2>&1); then
        [ -z "$said" ] || printf '%s\n' "$said"
    else
        printf '%s\nFAIL: %s\n' "$said" "$*"
        echo "$*" >>"$CHECK_LOG.failed"
    fi
}

# need TOOL...: skips the step unless all are there.
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || skip "$tool is not installed; run contrib/check.sh --install"
    done
}

# skip WHY: ends the step, which this machine cannot do.
skip() {
    echo "skipped: $*"
    counted 0 0 1
    exit 77
}

# closing_line FILE: counts `N passed, N failed[, N skipped]`, the last line of our own runners; a runner that
# ran nothing has failed.
closing_line() {
    local line
    line=$(tail -n 1 "$1")
    [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]] ||
        { echo "no closing line in: $line"; return 1; }
    counted "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]:-0}"
    [ "${BASH_REMATCH[2]}" -eq 0 ] && [ $((BASH_REMATCH[1] + ${BASH_REMATCH[4]:-0})) -gt 0 ]
}

# --- one step --------------------------------------------------------------------------------------

# add COUNTFILE: sets passed, failed, skipped: the sums of its lines.
add() {
    passed=0 failed=0 skipped=0
    local p f s
    while read -r p f s; do
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    done <"$1"
}

# In the background, so that its pid is known to who ends us; `timeout` hands a signal on to all that it started.
limited() {
    timeout -k 10 "$(limit_of "$1")" "$self" --run-step "$1" >"$CHECK_LOG" 2>&1 </dev/null &
    echo $! >"$work/$1.pid"
    wait $!
}

run_step() {
    local name=$1 rc took user sys
    CHECK_LOG=$work/$name.log CHECK_COUNT=$work/$name.count
    export CHECK_LOG CHECK_COUNT
    : >"$CHECK_COUNT"
    { time limited "$name"; } 2>"$work/$name.time"
    rc=$?
    rm -f "$work/$name.pid"
    read -r took user sys < <(tail -n 1 "$work/$name.time")
    add "$CHECK_COUNT"
    [ $rc -eq 124 ] && echo "$name ran into its limit of $(limit_of "$name") s" >>"$CHECK_LOG"
    [ $((passed + failed + skipped)) -eq 0 ] && { echo "$name looked at nothing" >>"$CHECK_LOG"; rc=1; }
    [ $rc -ne 0 ] && [ $rc -ne 77 ] && [ $failed -eq 0 ] && failed=1
    if [ "$strict" = yes ] && [ $skipped -gt 0 ]; then
        echo "$skipped skipped, which --strict takes for failed" >>"$CHECK_LOG"
        failed=$((failed + skipped)) skipped=0
    fi
    echo "$passed $failed $skipped" >"$work/$name.sum"
    (flock 9 && tell "$took" $((user + sys))) 9>"$work/lock"
}

# tell SECONDS CPU: what came out of the step; the other lanes wait with their own.
tell() {
    printf '%-18s %4ds, CPU %4ds  %5d passed, %d failed%s\n' "$name" "$1" "$2" "$passed" "$failed" \
        "$([ "$skipped" -gt 0 ] && echo ", $skipped skipped")" | tee -a "$work/told"
    if [ "$failed" -gt 0 ]; then
        echo "---- log of $name"
        tail -n 400 "$CHECK_LOG"
        echo "---- end of log of $name"
    else
        grep -i -E 'skipped:|# skip|: skipped|^known:' "$CHECK_LOG" | sed 's/^/    /'
    fi
}

# --- all of them -----------------------------------------------------------------------------------

# next_step: takes the first off the queue.
next_step() {
    (
        flock 9
        head -n 1 "$work/queue"
        sed -i 1d "$work/queue"
    ) 9>"$work/queue.lock"
}

lane() {
    local step
    while step=$(next_step) && [ -n "$step" ]; do
        run_step "$step"
    done
}

# Those of STEPS that are wanted, a line each.
wanted_of() {
    local step
    for step in $1; do
        [[ " $wanted " != *" $step "* ]] || echo "$step"
    done
}

run_all() {
    local step lanes
    for step in $(wanted_of "$first"); do
        run_step "$step"
    done
    wanted_of "$rest ${asked:-}" >"$work/queue"
    # One more than there are processors, as some steps wait for servers.
    for ((lanes = jobs; lanes >= 0; lanes--)); do
        lane &
    done
    wait
}

# What still runs ends with us, whoever ends us.
ended() {
    trap - INT TERM
    : >"$work/queue"
    # shellcheck disable=SC2046
    kill $(cat "$work"/*.pid) 2>/dev/null
    wait
    exit 130
}

closing() {
    local cpu
    cpu=$(awk -F'CPU' '{ sum += $2 } END { print sum + 0 }' "$work/told")
    echo "the longest:"
    sort -t, -k1.20,1nr "$work/told" | head -n 10 | cut -c 1-35 | sed 's/^/    /'
    echo "took $SECONDS s and $cpu s of CPU; $(nproc) processors have $((SECONDS * $(nproc))) s in that time"
    add <(cat "$work"/*.sum)
    line="$passed passed, $failed failed"
    [ $skipped -gt 0 ] && line="$line, $skipped skipped"
    echo "$line"
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
}

help() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$self"; }

drive() {
    local steps="$first $rest" known step
    case ${1:-} in
    --run-step)
        run_step_of "$2"
        exit
        ;;
    --run-one)
        shift
        run_one "$@"
        exit
        ;;
    esac
    strict=no
    [ "${CI:-}" != true ] || strict=yes
    while [[ ${1:-} == -* ]]; do
        case $1 in
        --help) help; exit ;;
        --list)
            # shellcheck disable=SC2086
            printf '%s\n' $steps
            # shellcheck disable=SC2086
            [ -z "${asked:-}" ] || printf '%s (only when it is named)\n' $asked
            exit
            ;;
        --install) "$top/contrib/install-packages.sh" build package try check || exit 3 ;;
        --strict) strict=yes ;;
        *) echo "check: unknown option $1; see --help" >&2; exit 2 ;;
        esac
        shift
    done
    for step in "$@"; do
        known="$steps ${asked:-}"
        [[ " ${known//$'\n'/ } " == *" $step "* ]] || { echo "check: unknown step $step; see --list" >&2; exit 2; }
    done
    wanted=${*:-$steps}
    wanted=${wanted//$'\n'/ }
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap ended INT TERM
    TIMEFORMAT='%0R %0U %0S'
    run_all
    closing
}
