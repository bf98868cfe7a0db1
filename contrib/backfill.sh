#!/bin/sh
# Old logs into Prometheus' database, in one command. Installed it is logtally-backfill.
#
#   contrib/backfill.sh [OPTION...] LOG... DATADIR
#
#   --rules DIR|FILE|GLOB    rules for logtally; repeatable (default: those of the configuration; in the sources: rules/)
#   -c FILE                  logtally's configuration: [log] sections, the zone of their times
#   --recording GLOB         Prometheus' recording rules, also given a history (default: none, or ''; in the sources:
#                            prometheus/rules/*.yml)
#   --label NAME=VALUE       on every sample; give the job and instance of the scrape; repeatable
#   --step DURATION          between samples: the scrape interval (default: 15s; in the sources: that of the stack, 10s)
#   --evaluate DURATION      between samples of recording rules: the evaluation interval (default: 15s)
#   --start TIME, --end TIME, --slack DURATION, --as LOG    as for `logtally backfill`
#
# DATADIR may be that of a stopped Prometheus, or new. The blocks belong to who made them: give them to the user of
# Prometheus (`chown -R prometheus: DATADIR`) before it starts. Blocks older than its retention are deleted when it
# starts: begin with --storage.tsdb.retention.time long enough. The last three hours of a running Prometheus
# overlap with what it holds in memory: stop it first, or leave them out with --end. The samples are text in
# $TMPDIR, or DATADIR, until they are blocks, two days of it at most: half a gigabyte a day for a thousand
# series every 15 seconds.
#
# Programs: $LOGTALLY, $PROMTOOL, $PROMETHEUS (default: those in $PATH), python3. Recording rules need to be evaluated by a
# Prometheus: a temporary one on a free port of 127.0.0.1, which sees DATADIR's new blocks only.
set -eu

name=$(basename "$0")
export BACKFILL_NAME="$name"
rules='' recording='' step=15s evaluate=15s

# The stack's first word on its intervals is that of `global`.
stack_says() {
    sed -n "s/^ *$1: *//p" "$here/prometheus/prometheus.yml" | head -n 1
}
if [ -z "${BACKFILL_BLOCKS:-}" ]; then # set where this is installed
    here=$(cd "$(dirname "$0")/.." && pwd)
    BACKFILL_BLOCKS=$here/contrib/backfill_blocks.py
    rules=$here/rules
    recording="$here/prometheus/rules/*.yml"
    step=$(stack_says scrape_interval)
    evaluate=$(stack_says evaluation_interval)
fi

usage() {
    sed -n "/^# Old logs/,/^set -eu/{s|contrib/backfill\.sh|$name|;/^#/s/^# \{0,1\}//p}" "$0" >&2
    exit 2
}

quote() {
    printf "'"
    printf %s "$1" | sed "s/'/'\\\\''/g"
    printf "' "
}

# Options go to logtally as they are, quoted for the shell.
options=''
given_rules=''
while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || case $1 in --) ;; -?*) usage ;; esac # an option without its value
    case $1 in
    --rules) options="$options--rules $(quote "$2")" given_rules=yes; shift 2 ;;
    -c) options="$options-c $(quote "$2")"; given_rules=${given_rules:-config}; shift 2 ;;
    --label) options="$options--external-label $(quote "$2")"; shift 2 ;;
    --recording) recording=$2; shift 2 ;;
    --step) step=$2; shift 2 ;;
    --evaluate) evaluate=$2; shift 2 ;;
    --start | --end | --slack | --as) options="$options$1 $(quote "$2")"; shift 2 ;;
    --) shift; break ;;
    -?*) usage ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || usage
if [ $# -lt 2 ]; then
    echo "$name: DATADIR is missing: name the directory of Prometheus's database behind the logs (--help says more)" >&2
    exit 2
fi
[ -n "$given_rules" ] || options="$options${rules:+--rules $(quote "$rules")}"

logs=
while [ $# -gt 1 ]; do
    logs="$logs$(quote "$1")"
    shift
done
data=$1
if [ -e "$data" ] && [ ! -d "$data" ]; then
    echo "$name: $data is no directory: DATADIR, that of Prometheus's database, comes last" >&2
    exit 2
fi
mkdir -p "$data"

# Prometheus holds a lock (flock) on this file while it runs; the file itself stays.
is_locked() {
    python3 - "$1" <<'EOF'
import fcntl, sys
try:
    with open(sys.argv[1], "rb") as f:
        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(0)
except OSError as e:
    sys.exit(f"cannot tell whether a Prometheus runs: {e}")
sys.exit(1)
EOF
}
if [ -e "$data/lock" ] && is_locked "$data/lock"; then
    echo "$name: a Prometheus is running on $data; stop it first" >&2
    exit 1
fi

eval exec python3 "$(quote "$BACKFILL_BLOCKS")" --data "$(quote "$data")" --recording "$(quote "$recording")" \
    --evaluate "$(quote "$evaluate")" -- "$(quote "${LOGTALLY:-logtally}")" backfill --step "$(quote "$step")" \
    "$options" "$logs" -o -
