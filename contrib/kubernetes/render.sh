#!/bin/bash
# Prints what is made from other parts of the repository, so that there is one copy of each: the ConfigMap of logtally's
# rules (rules/*.ini, those in rules/ here in the place of the files of their names) and the PrometheusRule of recording
# rules and alerts (prometheus/rules/*.yml).
#   contrib/kubernetes/render.sh [NAMESPACE [RELEASE]] | kubectl apply -f -
# RELEASE is the label by which the Prometheus Operator chooses rules; see README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
namespace=${1:-monitoring} release=${2:-prometheus}

metadata() {
    printf 'metadata:\n  name: %s\n  namespace: %s\n  labels: {app.kubernetes.io/name: logtally, release: %s}\n' \
        "$1" "$namespace" "$release"
}

printf 'apiVersion: v1\nkind: ConfigMap\n'
metadata logtally-rules
echo 'data:'
for file in rules/*.ini; do
    [ ! -e "contrib/kubernetes/$file" ] || file=contrib/kubernetes/$file
    # the number says how far the text is indented, so that a first line with blanks stays right
    printf '  %s: |2\n' "$(basename "$file")"
    sed 's/^/    /' "$file"
done

printf -- '---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n'
metadata mylittleprice
printf 'spec:\n  groups:\n'
for file in prometheus/rules/*.yml; do
    sed -e '/^groups:/d' -e 's/^/  /' "$file"
done
