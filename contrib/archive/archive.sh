#!/bin/sh
# An archive of logs, counted on all processors of all machines: the map and the reduce of README.md.
#
#   contrib/archive/archive.sh [-o FILE] [--jobs N] [--sshlogin HOST,...] [OPTION...] FILE...
#
# OPTIONs go to logtally: -c, --rules, --as, --format. The page goes to standard output or -o FILE; it is what
# `logtally replay` of all files on one machine prints.
set -eu

logtally=${LOGTALLY:-logtally}
jobs=100%
where=''
out=-
rules=''
how=''
format=''

quote() { # for the shell that parallel starts, here or elsewhere
    printf "'"
    printf %s "$1" | sed "s/'/'\\\\''/g"
    printf "' "
}

usage() {
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || case $1 in --) ;; -?*) usage ;; esac # an option without its value
    case $1 in
    -o) out=$2; shift 2 ;;
    --jobs) jobs=$2; shift 2 ;;
    --sshlogin) where=$2; shift 2 ;;
    -c | --rules) rules="$rules$1 $(quote "$2")"; shift 2 ;;
    --as) how="$how$1 $(quote "$2")"; shift 2 ;;
    --format) format="$1 $(quote "$2")"; shift 2 ;;
    --) shift; break ;;
    -*) usage ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || { echo "archive.sh: name the files to read" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Map: a snapshot per file. It comes back through parallel's own channel, so that hosts need no way to send files.
parallel --will-cite --halt now,fail=1 --jobs "$jobs" --results "$work/{#}.snapshot" \
    ${where:+--sshlogin "$where"} ${where:+--workdir "$(pwd)"} \
    "$(quote "$logtally") replay $rules $how --snapshot - {}" ::: "$@" >/dev/null || {
    cat "$work"/*.err >&2
    exit 1
}

# Reduce: logtally itself puts them in the order of their lines' times.
i=0
set --
while i=$((i + 1)) && [ -e "$work/$i.snapshot" ]; do
    set -- "$@" "$work/$i.snapshot"
done
eval "set -- $rules $format -o $(quote "$out") \"\$@\""
"$logtally" merge "$@"
