#!/bin/bash
# What can be said of the stack's files without starting anything: dashboards, compose, Kubernetes, shell scripts.
# A judge that is not installed is skipped and said so.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0 skipped=0

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

needs() {
    if command -v "$1" >/dev/null; then return 0; fi
    echo "skipped: $1 is not installed"
    skipped=$((skipped + 1))
    return 1
}

compose() { docker-compose "$@" -f docker-compose.monitoring.yml config; }

same_with_example() {
    local example
    example=$(compose --env-file .env.example)
    diff <(echo "$config") <(echo "$example")
}

compose_has() { grep -q -- "$1" <<<"$config"; }

one_scrape_interval() {
    local prometheus grafana
    prometheus=$(sed -n 's/^ *scrape_interval: //p' prometheus/prometheus.yml | sort -u)
    grafana=$(sed -n 's/^ *timeInterval: //p' grafana/provisioning/datasources/prometheus.yml)
    [ "$prometheus" = "$grafana" ] || { echo "prometheus.yml: $prometheus, Grafana: $grafana"; return 1; }
}

# The dashboards say which Grafana they are for, and are drawn with its components.
one_grafana() {
    local runs
    runs=$(sed -n 's/^ *image: grafana\/grafana:\([0-9.]*\).*/\1/p' docker-compose.monitoring.yml)
    grep -q "^GRAFANA = \"$runs\"" grafana/model.py || { echo "compose runs $runs, not model.py's"; return 1; }
    [ "$(grep -c "\"@grafana/[a-z]*\": \"$runs\"" grafana/screens/package.json)" = 3 ] || { echo "compose runs $runs, not package.json's"; return 1; }
}

provisioning_is_yaml() { python3 -c 'import sys, yaml; [yaml.safe_load(open(f).read().replace("#secure#", "")) for f in sys.argv[1:]]' "$@"; }

check "dashboards are what generate.py gives" python3 grafana/generate.py --check
check "dashboards keep the linter's rules and our promises" python3 tests/stack/lint_dashboards.py
check "the linter notices every mistake" python3 tests/stack/lint_dashboards.py --try
check "pictures in docs are of today's panels" python3 grafana/screens/draw.py --check
if [ -n "${LT_LONG:-}" ] && needs npm && needs chromium && needs prometheus; then
    drawn=$(mktemp -d)
    check "all dashboards are drawn, each from data" python3 grafana/screens/draw.py --work "$drawn" --out "$drawn/out"
    rm -rf "$drawn"
fi
check "monitoring.md says the same in both languages" python3 tests/stack/languages.py
check "one version of Grafana runs, is written for, and draws" one_grafana
check "Grafana's timeInterval is the scrape interval" one_scrape_interval
if python3 -c 'import yaml' 2>/dev/null; then
    check "Grafana's provisioning is YAML, with TLS too" provisioning_is_yaml grafana/provisioning/*/*.yml
fi
if needs docker-compose; then
    # Not the .env of whoever runs this.
    empty=$(mktemp)
    check "docker-compose accepts the file" compose --env-file "$empty"
    config=$(compose --env-file "$empty")
    rm -f "$empty"
    check ".env.example holds the defaults" same_with_example
    for promised in 'container_name: mylittleprice_prometheus' 'container_name: mylittleprice_grafana' \
        'container_name: mylittleprice_logtally' '127.0.0.1:9090:9090' '127.0.0.1:3001:3000' '127.0.0.1:9093:9093' \
        '127.0.0.1:7684:7684' 'retention.time=15d' 'retention.size=10GB' 'GF_SECURITY_ADMIN_PASSWORD: admin'; do
        check "compose has $promised" compose_has "$promised"
    done
fi
if needs kubectl; then
    check "kustomize accepts contrib/kubernetes" kubectl kustomize contrib/kubernetes
fi
if needs shellcheck; then
    check "shellcheck" shellcheck contrib/stack.sh contrib/kubernetes/*.sh contrib/fleet/*.sh tests/stack/*.sh
fi
check "stack.sh explains itself" contrib/stack.sh help

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
