#!/bin/bash
# Writes the configuration of one Prometheus out of several:
#   contrib/fleet/render.sh SHARD SHARDS REMOTE_WRITE_URL [PORT] > prometheus.yml      SHARD counts from 0
set -euo pipefail
if [ $# -lt 3 ] || [ "$1" -ge "$2" ]; then
    sed -n '2,3s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
sed -e "s|@SHARD@|$1|g" -e "s|@SHARDS@|$2|g" -e "s|@URL@|$3|g" -e "s|@PORT@|${4:-9090}|g" \
    "$(dirname "$0")/prometheus-shard.yml"
