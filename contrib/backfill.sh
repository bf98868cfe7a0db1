#!/bin/sh
# Old logs into Prometheus' database, in one command. Installed it is logtally-backfill.
#
#   contrib/backfill.sh [OPTION...] LOG... DATADIR
#
#   --rules DIR|FILE|GLOB    rules for logtally; repeatable (default: this project's rules/; logtally-backfill: those of
#                            the configuration)
#   -c FILE                  logtally's configuration: [log] sections, the zone of their times
#   --recording GLOB         Prometheus' recording rules, also given a history (default: this project's
#                            prometheus/rules/*.yml); none, as of logtally-backfill: ''
#   --label NAME=VALUE       on every sample; give the job and instance of the scrape; repeatable
#   --step DURATION          between samples (default: the scrape interval of this project's Prometheus, 10s;
#                            logtally-backfill: 15s)
#   --evaluate DURATION      between samples of recording rules (default: its evaluation interval, 15s)
#   --start TIME, --end TIME, --slack DURATION, --as LOG    as for `logtally backfill`
#
# DATADIR may be that of a stopped Prometheus, or new. Blocks older than its retention are deleted when it
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
[ $# -ge 2 ] || usage
[ -n "$given_rules" ] || options="$options${rules:+--rules $(quote "$rules")}"

logs=
while [ $# -gt 1 ]; do
    logs="$logs$(quote "$1")"
    shift
done
data=$1
mkdir -p "$data"
if [ -e "$data/lock" ] && command -v fuser >/dev/null 2>&1 && fuser -s "$data/lock" 2>/dev/null; then
    echo "$name: a Prometheus is running on $data; stop it first" >&2
    exit 1
fi

eval exec python3 "$(quote "$BACKFILL_BLOCKS")" --data "$(quote "$data")" --recording "$(quote "$recording")" \
    --evaluate "$(quote "$evaluate")" -- "$(quote "${LOGTALLY:-logtally}")" backfill --step "$(quote "$step")" \
    "$options" "$logs" -o -
