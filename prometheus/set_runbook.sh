#!/bin/sh
# The address of the runbook in every alert: the one place where it is set is the file runbook_url beside this.
#
#   prometheus/set_runbook.sh                      writes it into all alerts and their tests
#   prometheus/set_runbook.sh https://HOST/PATH    sets it first; a chapter's anchor is put behind it
#
# Prometheus has no variables in its rules that do not also become labels of every alert; so the address is written out.
# stack.sh, docker-compose.monitoring.yml and kubernetes/render.sh take the rules from here.
set -eu
cd "$(dirname "$0")"

if [ $# -gt 0 ]; then
    case $1 in
    *[!A-Za-z0-9/._:~?=%+-]* | *'#'*) echo "set_runbook.sh: $1: an address without # and blanks" >&2; exit 2 ;;
    http://?* | https://?*) printf '%s\n' "$1" >runbook_url ;;
    *) echo "set_runbook.sh: $1 does not begin with http:// or https://" >&2; exit 2 ;;
    esac
fi
read -r base <runbook_url
sed -i "s|\(runbook_url: \)[^#{]*#|\1$base#|" rules/*.yml tests/*.yml
