#!/bin/bash
# Prometheus's and Alertmanager's own judges on everything in prometheus/: configuration, rules, unit tests of every
# alert, routes. And that what is generated is what the generators give, and that no alert lacks a test or a chapter
# of the runbook.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
export PYTHONDONTWRITEBYTECODE=1 # copies of prometheus/ are compared with it
passed=0 failed=0

check() {
    local sentence=$1 output
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL: %s\n%s\n' "$sentence" "$output"
    fi
}

# An alert may be a rule for each of several windows.
alert_names() { sed -n 's/^ *- alert: //p' prometheus/rules/*.yml | sort -u; }

same() { diff "$1" "$2"; }

optional_parts_on() {
    local dir
    dir=$(mktemp -d)
    cp -R prometheus/. "$dir"
    sed -i -e 's/^#secure#//' -e 's/^#remote_write#//' "$dir/prometheus.yml"
    touch "$dir/secrets/prometheus_password" "$dir/secrets/remote_write_password" "$dir/secrets/ca.crt"
    promtool check config "$dir/prometheus.yml" && grep -q '^remote_write:' "$dir/prometheus.yml" &&
        grep -q '^    basic_auth:' "$dir/prometheus.yml"
    local status=$?
    rm -rf "$dir"
    return $status
}

web_secure() {
    local dir status
    dir=$(mktemp -d)
    cp -R prometheus/. "$dir"
    STACK_CONFIG=$dir contrib/stack.sh certs && promtool check web-config "$dir/web.secure.yml"
    status=$?
    rm -rf "$dir"
    return $status
}

route() {
    local config=$1 want=$2 got
    shift 2
    got=$(amtool config routes test --config.file="$config" "$@" 2>/dev/null)
    [ "$got" = "$want" ] || { echo "$* goes to $got, not to $want"; return 1; }
}

# The alert stands in a test with a firing sample.
tested() { grep -q "ALERTS{alertname=\"$1\",alertstate=\"firing\"" prometheus/tests/*.yml; }

has_chapter() { grep -qx "### $1" docs/runbook.md; }

# NAME PAGE WORDS: the chapter says what to do.
says_what_to_do() {
    awk -v head="### $1" '/^##/ { inside = $0 == head } inside' "$2" | grep -qE "\*\*($3)\*\*"
}

links_to_chapter() {
    local low
    low=$(echo "$1" | tr '[:upper:]' '[:lower:]')
    grep -qF "runbook_url: $(cat prometheus/runbook_url)#$low" prometheus/rules/*.yml
}

# DIRECTORY: the bases of all runbook_url there, each once.
bases_of() { sed -n 's/^ *runbook_url: \([^#]*\)#.*/\1/p' "$1"/rules/*.yml "$1"/tests/*.yml | sort -u; }

runbook_moves() {
    local dir status
    dir=$(mktemp -d)
    cp -R prometheus/. "$dir"
    "$dir/set_runbook.sh" https://wiki.example.com/ops/runbook?x=1 &&
        same <(bases_of "$dir") <(echo https://wiki.example.com/ops/runbook?x=1) &&
        same <(python3 "$dir/gen_slo.py") "$dir/rules/slo.yml" && promtool test rules "$dir"/tests/availability_test.yml &&
        ! "$dir/set_runbook.sh" 'docs/runbook.md' && ! "$dir/set_runbook.sh" 'https://a|b' &&
        ! "$dir/set_runbook.sh" 'https://a#b' && "$dir/set_runbook.sh" "$(cat prometheus/runbook_url)" &&
        diff -r prometheus "$dir"
    status=$?
    rm -rf "$dir"
    return $status
}

routes_of() { sed -n '/^route:/,/^receivers:/p' "$1"; }

check "prometheus.yml is valid" promtool check config prometheus/prometheus.yml
check "prometheus.yml is valid with remote_write and TLS switched on" optional_parts_on
check "web.yml is valid" promtool check web-config prometheus/web.yml
check "web.secure.yml is valid once certs has made a certificate" web_secure
check "rules have no lint" promtool check rules --lint=all --lint-fatal prometheus/rules/*.yml
check "slo.yml is what gen_slo.py gives" same <(python3 prometheus/gen_slo.py) prometheus/rules/slo.yml
check "slo_limits_test.yml is what gen_slo.py --tests gives" \
    same <(python3 prometheus/gen_slo.py --tests) prometheus/tests/slo_limits_test.yml
check "slo_edges_test.yml is what gen_slo.py --edges gives" \
    same <(python3 prometheus/gen_slo.py --edges) prometheus/tests/slo_edges_test.yml
check "the runbook of every alert is at the address of prometheus/runbook_url" same <(bases_of prometheus) prometheus/runbook_url
check "that address is absolute" grep -qx 'https\?://[^ #]*' prometheus/runbook_url
check "set_runbook.sh moves it everywhere, and refuses what is no address" runbook_moves
for test in prometheus/tests/*.yml; do
    check "$test" promtool test rules "$test"
done
for alert in $(alert_names); do
    check "$alert has a unit test in which it fires" tested "$alert"
    check "$alert has a chapter in docs/runbook.md" has_chapter "$alert"
    check "$alert links to its chapter" links_to_chapter "$alert"
    check "the chapter of $alert says what to do" says_what_to_do "$alert" docs/runbook.md "Do|do"
    check "the Russian chapter of $alert says what to do" says_what_to_do "$alert" docs/runbook.ru.md "Сделать|сделать"
done
check "the runbook has no chapter of an alert that is gone" \
    same <(alert_names) <(sed -n 's/^### //p' docs/runbook.md | sort)

for config in prometheus/alertmanager/*.yml; do
    check "$config is valid" amtool check-config "$config"
    while read -r line; do
        case $line in '' | '#'*) continue ;; esac
        # the labels are words
        # shellcheck disable=SC2086
        check "$config: $line" route "$config" "${line##*-> }" ${line%%->*}
    done <prometheus/alertmanager/routes.txt
done
check "both Alertmanager configurations have the same routes" \
    same <(routes_of prometheus/alertmanager/alertmanager.yml) <(routes_of prometheus/alertmanager/alertmanager.quiet.yml)

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
