#!/bin/sh
# An archive of logs, counted by an array job of Slurm: the map and the reduce of README.md.
#
#   contrib/archive/slurm.sh [-o FILE] [--work DIR] [--tasks N] [--sbatch OPTION]... [OPTION...] FILE...
#
# OPTIONs go to logtally: -c, --rules, --as, --format. The page goes to standard output or -o FILE; it is what `logtally replay` of
# all files on one machine prints. --work is a directory that all nodes see under this name (default: one made here); --tasks how many
# tasks share the files (default: one for each, 1,000 at most, as MaxArraySize wants); --sbatch is for each job, as in
# --sbatch --partition=long.
#
# The reduce is a job of its own that depends on every task (afterok): a task that fails, or that is not run again after its node
# went away, leaves it undone, and nothing is printed. A task that runs twice writes the same snapshot twice, each whole.
set -eu

logtally=${LOGTALLY:-logtally}
out=-
work=''
tasks=1000
slurm=''
rules=''
how=''
format=''

quote() {
    printf "'"
    printf %s "$1" | sed "s/'/'\\\\''/g"
    printf "'"
}

die() {
    echo "slurm.sh: $*" >&2
    exit 2
}

usage() {
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || case $1 in --) ;; -?*) usage ;; esac # an option without its value
    case $1 in
    -o) out=$2; shift 2 ;;
    --work) work=$2; shift 2 ;;
    --tasks) tasks=$2; shift 2 ;;
    --sbatch) slurm="$slurm $(quote "$2")"; shift 2 ;;
    -c | --rules) rules="$rules $1 $(quote "$2")"; shift 2 ;;
    --as) how="$how $1 $(quote "$2")"; shift 2 ;;
    --format) format="$1 $(quote "$2")"; shift 2 ;;
    --) shift; break ;;
    -*) usage ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || die "name the files to read"
case "$*" in *'
'*) die "a name with a line break" ;; esac
case $tasks in '' | *[!0-9]* | 0*) die "--tasks $tasks: a number from 1 on" ;; esac

own=$(mktemp -d "${work:-$(pwd)}/archive.XXXXXX")
map='' reduce=''
trap 'rm -rf "$own"' EXIT
trap 'scancel $map $reduce 2>/dev/null; exit 130' INT TERM
printf '%s\n' "$@" >"$own/files"
files=$#
[ "$tasks" -le "$files" ] || tasks=$files

# Map: task N takes every tasks-th file from the Nth on, a snapshot for each, since a snapshot of files that are no neighbours in time
# could not be put between others.
cat >"$own/map" <<END
#!/bin/sh
set -eu
i=\$SLURM_ARRAY_TASK_ID
while [ "\$i" -le $files ]; do
    part=$(quote "$own")/\$i.part.\$(hostname).\$\$
    $(quote "$logtally") replay $rules $how --snapshot "\$part" "\$(sed -n "\${i}p" $(quote "$own")/files)"
    mv "\$part" $(quote "$own")/\$i.snapshot
    i=\$((i + $tasks))
done
END

# Reduce: logtally itself puts them in the order of their lines' times.
cat >"$own/reduce" <<END
#!/bin/sh
set -eu
i=$files
set --
while [ "\$i" -gt 0 ]; do
    set -- $(quote "$own")/\$i.snapshot "\$@"
    i=\$((i - 1))
done
$(quote "$logtally") merge $rules $format -o $(quote "$own")/page "\$@"
END

eval "set -- $slurm"
map=$(sbatch --parsable --requeue --array="1-$tasks" --output="$own/%a.log" "$@" "$own/map")
map=${map%%;*}
reduced=0
sbatch --parsable --wait --dependency="afterok:$map" --kill-on-invalid-dep=yes --output="$own/reduce.log" "$@" "$own/reduce" >"$own/id" || reduced=$?
reduce=$(cat "$own/id")
if [ "$reduced" -ne 0 ] || [ ! -e "$own/page" ]; then
    scancel "$map" 2>/dev/null || true
    cat "$own"/*.log >&2 2>/dev/null || true
    echo "slurm.sh: a task failed or was not run; nothing is printed" >&2
    exit 1
fi
if [ "$out" = - ]; then cat "$own/page"; else cp "$own/page" "$out.part" && mv "$out.part" "$out"; fi
