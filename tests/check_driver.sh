#!/usr/bin/env bash
# The driver of contrib/check.sh, with steps of which is known how they end. Last line: N passed, N failed.
set -uo pipefail
driver=$(cd "$(dirname "$0")/.." && pwd)/contrib/check-driver.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CI
passed=0 failed=0

cat >"$work/check.sh" <<STEPS
#!/usr/bin/env bash
# A script with steps.
#
#   its manual

# no manual any more
set -uo pipefail
top=$work build=$work jobs=2
first="early"
asked="long"
rest="good lacks partly bad broken silent empty slow meets met"
. "$driver"
STEPS
cat >>"$work/check.sh" <<'STEPS'
limit_of() { [ "$1" = slow ] && echo 1 || echo 100; }
step_early() { touch "$top/early" && counted 1 0; }
step_good() { [ -e "$top/early" ] && printf 'a\nb\nc\n' | each true; }
step_lacks() { need sh a-tool-that-nobody-has; counted 1 0; }
step_partly() { echo "3 passed, 0 failed, 2 skipped" >"$CHECK_LOG.out"; echo "ok 4 - x # SKIP no right"; closing_line "$CHECK_LOG.out"; }
step_bad() { printf 'a\nb\n' | each test b =; }
step_broken() { counted 1 0; exit 3; }
step_silent() { echo "what was it again" >"$CHECK_LOG.out"; closing_line "$CHECK_LOG.out"; }
step_empty() { :; }
step_slow() { counted 1 0; echo $$ >"$top/slow"; sleep 1000; }
# Each is done when the other has begun.
step_meets() { touch "$top/meets"; until [ -e "$top/met" ]; do sleep 0.1; done; counted 1 0; }
step_met() { touch "$top/met"; until [ -e "$top/meets" ]; do sleep 0.1; done; counted 1 0; }
step_long() { counted 2 0; }
step_waits() { echo $$ >"$top/waits"; sleep 1000; }
run_step_of() { "step_$1"; }
drive "$@"
STEPS
chmod +x "$work/check.sh"

# expect WHAT STATUS LAST-LINE ARGUMENT...: how check.sh ends; what it said stays in $said.
expect() {
    local what=$1 status=$2 last=$3 got
    shift 3
    said=$("$work/check.sh" "$@" 2>&1)
    got=$?
    if [ $got -eq "$status" ] && [ "$(tail -n 1 <<<"$said")" = "$last" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL: %s: status %d, not %d; last line not "%s"\n%s\n' "$what" "$got" "$status" "$last" "$said"
    fi
}
# says REGEX: so does a line of what was said.
says() {
    if grep -Eq -- "$1" <<<"$said"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        printf 'FAIL: no line is like "%s" in\n%s\n' "$1" "$said"
    fi
}

expect "a step that nobody knows" 2 "check: unknown step nonsense; see --list" good nonsense
expect "no part of a name, and no regex" 2 "check: unknown step goo; see --list" goo
expect "an option that nobody knows" 2 "check: unknown option --nonsense; see --help" --nonsense
expect "the manual" 0 "  its manual" --help
expect "the list" 0 "long (only when it is named)" --list
says '^early$'
expect "a step that runs only when it is named" 0 "2 passed, 0 failed" long
expect "all is well" 0 "4 passed, 0 failed" early good
says '^good +[0-9]+s, CPU +[0-9]+s +3 passed, 0 failed$'
says '^the longest:$'
says '^took [0-9]+ s and [0-9]+ s of CPU'
expect "nothing but what was skipped is no success" 1 "0 passed, 0 failed, 1 skipped" lacks
says 'skipped: a-tool-that-nobody-has is not installed'
expect "what is skipped is counted" 0 "4 passed, 0 failed, 3 skipped" early lacks partly
says '^partly .* 3 passed, 0 failed, 2 skipped$'
says '^ +ok 4 - x # SKIP no right$'
expect "strict" 1 "4 passed, 3 failed" --strict early lacks partly
says '^2 skipped, which --strict takes for failed$'
expect "strict where nothing is skipped" 0 "4 passed, 0 failed" --strict early good
export CI=true
expect "strict by CI=true" 1 "0 passed, 1 failed" lacks
unset CI
expect "one of two" 1 "1 passed, 1 failed" bad
says '^FAIL: test b = a$'
expect "a step that counts and fails" 1 "1 passed, 1 failed" broken
expect "a runner without a closing line" 1 "0 passed, 1 failed" silent
says '^no closing line in: what was it again$'
expect "a step that looks at nothing" 1 "0 passed, 1 failed" empty
says '^empty looked at nothing$'
expect "a step that hangs" 1 "1 passed, 1 failed" slow
says '^slow ran into its limit of 1 s$'
expect "two at a time" 0 "2 passed, 0 failed" meets met

# Who ends the driver ends what it started.
sed -i 's/^first=.*/first=waits/' "$work/check.sh"
"$work/check.sh" waits >/dev/null 2>&1 &
until [ -s "$work/waits" ]; do sleep 0.1; done
kill -TERM $!
wait $!
if [ $? -eq 130 ] && ! kill -0 "$(cat "$work/waits")" 2>/dev/null; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL: ended by a signal it leaves its step running"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
