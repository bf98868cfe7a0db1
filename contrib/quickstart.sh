#!/usr/bin/env bash
# Shows logtally at work: installs what is missing (Debian, Ubuntu), builds, lets a small writer append to
# a sample log as the MyLittlePrice backend would, and starts logtally and Prometheus on it.
#
#   contrib/quickstart.sh           runs until Ctrl-C
#   contrib/quickstart.sh --once    waits until all 18 metrics have arrived in Prometheus, then stops;
#                                   exit status 0 if they did
#
# Everything is kept in a temporary directory and in build/, and what was started is stopped. Servers listen
# on 127.0.0.1; the ports are 7684 (logtally) and 9090 (Prometheus), or the next free ones; with --once any
# free ones.
# Prometheus is the one that is installed, else Debian's package, unpacked into build/ without installing it.
# LOGTALLY=PROGRAM in the environment takes that one and builds nothing.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build/quickstart
once=no
metrics="http_requests_total http_request_duration_seconds_count websocket_connections_active
         websocket_messages_total db_queries_total db_query_duration_seconds_count redis_connection_pool_active
         redis_connection_pool_idle ai_requests_total ai_request_duration_seconds_count ai_tokens_used_total
         active_sessions_total messages_processed_total message_processing_duration_seconds_count
         cleanup_job_runs_total cleanup_job_records_deleted_total cleanup_job_duration_seconds_count errors_total"

case ${1:-} in
"") ;;
--once) once=yes ;;
--help) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit ;;
*) echo "quickstart: unknown option $1; there are --once and --help" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# --- build ----------------------------------------------------------------------------------------

build_logtally() {
    "$top/contrib/install-packages.sh" build try
    [ -x "$top/configure" ] || (say "Making configure ..." && "$top/bootstrap" >/dev/null 2>&1) ||
        die "bootstrap failed; run $top/bootstrap to see why"
    mkdir -p "$build"
    (cd "$build" && { [ -e config.status ] || "$top/configure" -q; }) || die "configure failed"
    say "Building ..."
    make -C "$build" -s -j"$(nproc)" src/logtally >/dev/null || die "the build failed"
}

# Prints the path of a prometheus program; unpacks Debian's if there is none.
find_prometheus() {
    local unpacked=$top/build/prometheus
    if command -v prometheus; then
        return
    fi
    if [ ! -x "$unpacked/usr/bin/prometheus" ]; then
        mkdir -p "$unpacked"
        (cd "$unpacked" && apt-get download -qq prometheus && dpkg -x prometheus_*.deb .) >&2 || return 1
    fi
    printf '%s\n' "$unpacked/usr/bin/prometheus"
}

# --- what runs ------------------------------------------------------------------------------------

pids=()
nap=
work=

stop() {
    local pid
    trap - EXIT INT TERM
    for pid in "${pids[@]}" $nap; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in "${pids[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
    [ -z "$work" ] || rm -rf "$work"
}

# free_port PORT: it, or the next one that nobody listens on.
free_port() {
    local port=$1
    while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        port=$((port + 1))
    done
    printf '%s\n' "$port"
}

# wait_for SECONDS URL WHAT
wait_for() {
    local deadline=$((SECONDS + $1))
    until curl -fsS -o /dev/null "$2" 2>/dev/null; do
        [ $SECONDS -lt $deadline ] || { tail -n 20 "$work"/*.err >&2; die "$3 did not come up"; }
        sleep 0.2
    done
}

start_all() {
    mkdir -p "$work/logs" "$work/state" "$work/data"
    cat >"$work/logtally.ini" <<INI
[server]
listen    = 127.0.0.1:$port

[state]
directory = $work/state

[log backend]
path      = $work/logs/*.log

[rules]
include   = $top/rules/*.ini
INI
    cat >"$work/prometheus.yml" <<YML
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: mylittleprice
    static_configs:
      - targets: ["127.0.0.1:$port"]
YML
    python3 "$top/contrib/backend_log.py" --out "$work/logs/backend.log" --rate 50 2>"$work/writer.err" &
    pids+=($!)
    "$LOGTALLY" run -c "$work/logtally.ini" 2>"$work/logtally.err" &
    pids+=($!)
    wait_for 200 "http://127.0.0.1:$port/health" logtally
    [ -n "$prometheus" ] || return 0
    "$prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
        --web.listen-address="127.0.0.1:$prometheus_port" 2>"$work/prometheus.err" >&2 &
    pids+=($!)
    wait_for 300 "http://127.0.0.1:$prometheus_port/-/ready" Prometheus
}

# query EXPRESSION: the value Prometheus gives, or nothing.
query() {
    curl -fsS -G "http://127.0.0.1:$prometheus_port/api/v1/query" --data-urlencode "query=$1" |
        python3 -c 'import json, sys
for r in json.load(sys.stdin)["data"]["result"]: print(r["value"][1])' | head -n 1
}

# arrived: says which metrics Prometheus has a value above 0 of; true if it has them all.
arrived() {
    local metric value missing=""
    for metric in $metrics; do
        value=$(query "sum($metric)")
        case $value in
        "" | 0) missing="$missing $metric" ;;
        *) printf '  %-42s %s\n' "$metric" "$value" ;;
        esac
    done
    [ -z "$missing" ] || { say "  not yet:$missing"; return 1; }
}

# What takes a while runs in the background, where Ctrl-C does not reach it, and is waited for: so it ends
# this script at once, and nothing complains of it.

nap() {
    sleep "$1" &
    nap=$!
    wait $nap
    nap=
}

prove() {
    local deadline=$((SECONDS + 600))
    until arrived >"$work/table" & wait $!; do
        [ $SECONDS -lt $deadline ] || { cat "$work/table"; die "not all metrics arrived in Prometheus within 600 s"; }
        nap 1
    done
    cat "$work/table"
    say "All 18 metrics arrived in Prometheus."
}

# shown EXPRESSION [UNIT]: the same for people.
shown() {
    local value
    value=$(query "$1")
    printf '%s\n' "${value:+$value${2:-}}" | sed 's/^$/-/'
}

values() {
    printf '  requests/s %-8s p95 %-10s websockets %-4s errors %-5s (Ctrl-C ends)\n' \
        "$(shown 'round(sum(rate(http_requests_total[10s])), 0.1)')" \
        "$(shown 'round(histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[30s]))), 0.001)' s)" \
        "$(shown websocket_connections_active)" "$(shown 'sum(errors_total)')"
}

watch() {
    say "Values that Prometheus has by now:"
    while :; do
        values &
        wait $!
        nap 5
    done
}

if [ -z "${LOGTALLY:-}" ]; then
    build_logtally
    LOGTALLY=$build/src/logtally
fi
prometheus=$(find_prometheus) || prometheus=
[ -n "$prometheus" ] || [ $once = no ] || die "Prometheus is neither installed nor to be had from apt"

trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d "${TMPDIR:-/tmp}/logtally-quickstart.XXXXXX")
if [ $once = yes ]; then # may run several times at once: nobody begins to look where another does
    port=$(free_port $((20000 + RANDOM % 5000)))
    prometheus_port=$(free_port $((25000 + RANDOM % 5000)))
else
    port=$(free_port 7684)
    prometheus_port=$(free_port 9090)
fi
start_all

say
say "logtally    http://127.0.0.1:$port/          a page for people"
say "            http://127.0.0.1:$port/metrics   what Prometheus reads"
[ -z "$prometheus" ] || say "Prometheus  http://127.0.0.1:$prometheus_port/graph"
say "The log     $work/logs/backend.log"
say
if [ $once = yes ]; then
    prove
elif [ -n "$prometheus" ]; then
    watch
else
    say "Prometheus is neither installed nor to be had from apt; logtally runs without it. Ctrl-C ends."
    wait "${pids[1]}"
fi
