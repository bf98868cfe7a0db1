#!/bin/bash
# Prints what is made from other parts of the repository, so that there is one copy of each: the ConfigMap of logtally's
# rules (rules/*.ini) and the PrometheusRule of recording rules and alerts (prometheus/rules/*.yml).
#   contrib/kubernetes/render.sh [NAMESPACE] | kubectl apply -f -
set -euo pipefail
cd "$(dirname "$0")/../.."
namespace=${1:-monitoring}

metadata() {
    printf 'metadata:\n  name: %s\n  namespace: %s\n  labels: {app.kubernetes.io/name: logtally}\n' "$1" "$namespace"
}

printf 'apiVersion: v1\nkind: ConfigMap\n'
metadata logtally-rules
echo 'data:'
for file in rules/*.ini; do
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
