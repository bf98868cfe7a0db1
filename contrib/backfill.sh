#!/bin/sh
# Old logs into Prometheus' database, in one command.
#
#   contrib/backfill.sh [OPTION...] LOG... DATADIR
#
#   --rules DIR|FILE|GLOB    rules for logtally; repeatable (default: this project's rules/)
#   -c FILE                  logtally's configuration: [log] sections, the zone of their times
#   --recording GLOB         Prometheus' recording rules, also given a history (default: this project's
#                            prometheus/rules/*.yml); none: ''
#   --label NAME=VALUE       on every sample; give the job and instance of the scrape; repeatable
#   --step DURATION          between samples (default 15s: no finer than the scrape interval helps)
#   --start TIME, --end TIME, --slack DURATION, --as LOG    as for `logtally backfill`
#
# DATADIR may be that of a stopped Prometheus, or new. Blocks older than its retention are deleted when it
# starts: begin with --storage.tsdb.retention.time long enough. The last three hours of a running Prometheus
# overlap with what it holds in memory: stop it first, or leave them out with --end. The samples are a text file in
# $TMPDIR, or DATADIR, until they are blocks: half a gigabyte a day for a thousand series every 15 seconds.
#
# Programs: $LOGTALLY, $PROMTOOL, $PROMETHEUS (default: those in $PATH). Recording rules need to be evaluated by a
# Prometheus: a temporary one on a free port of 127.0.0.1, which sees DATADIR's new blocks only.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck disable=SC2034 # used by eval
logtally=${LOGTALLY:-logtally}
promtool=${PROMTOOL:-promtool} prometheus=${PROMETHEUS:-prometheus}
recording="$here/prometheus/rules/*.yml"
step=15s

usage() {
    sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
}

# Options go to logtally as they are, one a line in $options.
work=
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    [ -z "$work" ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

quote() {
    printf "'"
    printf %s "$1" | sed "s/'/'\\\\''/g"
    printf "' "
}

options=''
given_rules=''
while [ $# -gt 0 ]; do
    case $1 in
    --rules) options="$options--rules $(quote "$2")" given_rules=yes; shift 2 ;;
    -c) options="$options-c $(quote "$2")"; given_rules=${given_rules:-config}; shift 2 ;;
    --label) options="$options--external-label $(quote "$2")"; shift 2 ;;
    --recording) recording=$2; shift 2 ;;
    --step) step=$2; shift 2 ;;
    --start | --end | --slack | --as) options="$options$1 $(quote "$2")"; shift 2 ;;
    --) shift; break ;;
    -?*) usage ;;
    *) break ;;
    esac
done
[ $# -ge 2 ] || usage
[ -n "$given_rules" ] || options="$options--rules $(quote "$here/rules")"

logs=
while [ $# -gt 1 ]; do
    logs="$logs$(quote "$1")"
    shift
done
data=$1
mkdir -p "$data"
if [ -e "$data/lock" ] && command -v fuser >/dev/null 2>&1 && fuser -s "$data/lock" 2>/dev/null; then
    echo "backfill.sh: a Prometheus is running on $data; stop it first" >&2
    exit 1
fi

# Beside the database: there is room, and blocks need not be copied.
work=$(mktemp -d "${TMPDIR:-$data}/backfill.XXXXXX")

echo "backfill.sh: reading logs" >&2
eval "\"\$logtally\" backfill --step \"\$step\" $options $logs -o \"\$work/samples.om\""

# First and last time of the samples, whole seconds.
times=$(awk '/^#/ { next }
             { t = $NF + 0; if (!n++ || t < low) low = t; if (t > high) high = t }
             END { if (n) printf "%.0f %.0f", low, high }' "$work/samples.om")
if [ -z "$times" ]; then
    echo "backfill.sh: there is no sample; look at --start and --end, and at the times in the logs" >&2
    exit 1
fi
first=${times% *} last=${times#* }

echo "backfill.sh: making blocks" >&2
mkdir "$work/blocks"
block=2h
[ $((last - first)) -le 864000 ] || block=24h # months in blocks of two hours are thousands of directories
"$promtool" tsdb create-blocks-from openmetrics -q --max-block-duration=$block "$work/samples.om" "$work/blocks"

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

ready() {
    python3 - "$1" <<'END'
import sys, urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:%s/-/ready" % sys.argv[1], timeout=5)
except OSError:
    sys.exit(1)
END
}

# Rules that build on rules of another file need those to be there: as many rounds as rules can be deep.
record() {
    port=$(free_port)
    echo 'global: {}' >"$work/prometheus.yml"
    "$prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/blocks" \
        --storage.tsdb.retention.time=100y --web.listen-address="127.0.0.1:$port" 2>"$work/prometheus.log" &
    server=$!
    tries=0
    until ready "$port"; do
        tries=$((tries + 1))
        if [ $tries -gt 120 ] || ! kill -0 "$server" 2>/dev/null; then
            tail -n 5 "$work/prometheus.log" >&2
            exit 3
        fi
        sleep 0.5
    done
    rm -rf "$work/recorded"
    # $recording is a glob
    # shellcheck disable=SC2086
    "$promtool" tsdb create-blocks-from rules --start "$first" --end "$last" --eval-interval "$step" \
        --url "http://127.0.0.1:$port" --output-dir "$work/recorded" $recording >"$work/rules.log" 2>&1 ||
        { cat "$work/rules.log" >&2; exit 1; }
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
}

move_blocks() { # FROM TO
    for block in "$1"/*/; do
        [ -e "$block/meta.json" ] || continue
        mv "$block" "$2/"
    done
}

rounds=0
if [ -n "$recording" ]; then
    # how deep recording rules stand on each other: a rule whose expression names one of another round
    # shellcheck disable=SC2086
    rounds=$(python3 - $recording <<'END'
import re, sys
text = "".join(open(f, encoding="utf-8").read() + "\n" for f in sys.argv[1:])
rules = re.findall(r"^\s*-\s*record:\s*(\S+)\s*$(.*?)(?=^\s*-\s*(?:record|alert|name):|\Z)", text, re.M | re.S)
uses, names = {}, {name for name, _ in rules}
for name, body in rules:
    uses.setdefault(name, set()).update(n for n in re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", body) if n in names and n != name)
depth = {}
def deep(name, above=()):
    if name not in depth:
        depth[name] = 1 + max([deep(n, above + (name,)) for n in uses[name] if n not in above] or [0])
    return depth[name]
print(max([deep(n) for n in names] or [0]))
END
    )
fi
# Each round sees the samples and what the round before recorded, never both rounds' blocks.
round=0
mkdir "$work/recorded"
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    echo "backfill.sh: recording rules, round $round of $rounds" >&2
    before=$(ls "$work/recorded.before" 2>/dev/null || true)
    record
    for block in $before; do
        rm -rf "$work/blocks/$block"
    done
    rm -rf "$work/recorded.before"
    mkdir "$work/recorded.before"
    for block in "$work/recorded"/*/; do
        [ -e "$block/meta.json" ] || continue
        mkdir "$work/recorded.before/$(basename "$block")"
        mv "$block" "$work/blocks/"
    done
done

move_blocks "$work/blocks" "$data"
echo "backfill.sh: done; blocks are in $data" >&2
