#!/bin/bash
# Every test of the monitoring stack: `tests/stack/run.sh [PART...]`, exit 0 if all passed, the sum at the end.
# Parts: rules mutants runbook files any docker kubernetes proxies proof live fleet. LOGTALLY names the program under test (default src/logtally).
# A part that needs what is not there says `skipped: WHY` and ends with 77; what it leaves out of itself it counts as skipped.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
parts=("$@")
[ $# -gt 0 ] || parts=(rules mutants runbook files any docker kubernetes proxies proof live fleet)
passed=0 failed=0 skipped=0

for part in "${parts[@]}"; do
    started=$SECONDS
    if [ -x "$here/$part.sh" ]; then command=("$here/$part.sh"); else command=(python3 "$here/$part.py"); fi
    output=$(timeout 7200 "${command[@]}" 2>&1)
    status=$?
    sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed' <<<"$output" | tail -n 1)
    grep -v -E '^[0-9]+ passed, [0-9]+ failed' <<<"$output" | sed "/^$/d; s/^/$part: /"
    p=$(grep -oE '^[0-9]+' <<<"$sum" || echo 0)
    f=$(grep -oE '[0-9]+ failed' <<<"$sum" | grep -oE '[0-9]+' || echo 0)
    s=$(grep -oE '[0-9]+ skipped' <<<"$sum" | grep -oE '[0-9]+' || echo 0)
    # A part that died without a sum has failed once more than it says.
    case $status in
    0) ;;
    77) s=$((s + 1)) ;;
    *) [ "$f" -gt 0 ] || f=1 ;;
    esac
    echo "$part: $p passed, $f failed, $s skipped ($((SECONDS - started)) s)"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
