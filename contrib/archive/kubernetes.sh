#!/bin/sh
# An archive of logs, counted by an Indexed Job of Kubernetes: the map and the reduce of README.md.
#
#   contrib/archive/kubernetes.sh [-o FILE] [-n NAMESPACE] [--parallel N] FILE...
#
# FILEs are named as they lie in the claim `archive` (job.yaml says what else must be there). The page goes to standard output or -o
# FILE; it is what `logtally replay` of all files on one machine prints. If an index fails for good nothing is printed.
set -eu

kubectl=${KUBECTL:-kubectl}
here=$(cd "$(dirname "$0")" && pwd)
out=-
namespace=monitoring
parallel=10

usage() {
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || case $1 in --) ;; -?*) usage ;; esac # an option without its value
    case $1 in
    -o) out=$2; shift 2 ;;
    -n) namespace=$2; shift 2 ;;
    --parallel) parallel=$2; shift 2 ;;
    --) shift; break ;;
    -*) usage ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || usage
case "$*" in *'
'*) echo "kubernetes.sh: a name with a line break" >&2; exit 2 ;; esac

k() { "$kubectl" -n "$namespace" "$@"; }

# document N: the Nth of job.yaml, filled in.
document() {
    awk -v want="$1" 'BEGIN { RS = "---\n" } NR == want' "$here/job.yaml" |
        sed -e "s/COMPLETIONS/$files/" -e "s/PARALLELISM/$parallel/"
}

# done_or_failed JOB: waits until it is one of them.
done_or_failed() {
    while :; do
        state=$(k get job "$1" -o 'jsonpath={.status.conditions[*].type}') || return 1
        case $state in
        *Complete*) return 0 ;;
        *Failed*) return 1 ;;
        esac
        sleep "${POLL_SECONDS:-5}"
    done
}

jobs='job/logtally-archive job/logtally-archive-merge'
all="$jobs configmap/logtally-archive"

# word splitting is meant: names
# shellcheck disable=SC2086
remove() { k delete $1 --ignore-not-found >/dev/null; }

list=$(mktemp)
trap 'rm -f "$list" "$list.log" "$list.page"' EXIT
printf '%s\n' "$@" >"$list"
files=$#

# The list is also the lock: two runs would take each other's jobs for their own.
k create configmap logtally-archive --from-file=files="$list" >/dev/null || {
    echo "kubernetes.sh: if the list is there, another run is under way, or was killed; then: $kubectl -n $namespace delete $all" >&2
    exit 1
}
trap 'remove "$all"; exit 130' INT TERM
# Jobs without a list are nobody's, and would be taken for ours.
remove "$jobs"
status=0
for part in 1 2; do
    job=logtally-archive
    [ $part = 1 ] || job=logtally-archive-merge
    document $part | k apply -f - >/dev/null
    done_or_failed $job || { status=1; k logs "job/$job" --tail 20 >&2 || true; break; }
done
if [ $status = 0 ]; then
    k logs job/logtally-archive-merge --tail -1 >"$list.log"
    sed '$d' "$list.log" >"$list.page"
    [ "$(tail -n 1 "$list.log")" = "$(sha256sum <"$list.page")" ] || {
        echo "kubernetes.sh: the log does not hold the whole page, which is in the claim: snapshots/page" >&2
        status=1
    }
fi
remove "$all"
[ $status = 0 ] || { echo "kubernetes.sh: $job failed; nothing is printed" >&2; exit 1; }
if [ "$out" = - ]; then cat "$list.page"; else cp "$list.page" "$out.part" && mv "$out.part" "$out"; fi
