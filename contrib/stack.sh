#!/bin/bash
# The monitoring stack without Docker: Debian's prometheus and prometheus-alertmanager (and Grafana, if installed) as
# processes of this user, on 127.0.0.1 only, with the same configuration files as docker-compose.monitoring.yml.
# logtally itself is not started here: it is a service of its own, expected at LOGTALLY_TARGETS.
#
# Everything lives in STACK_DIR: config/ (copied from STACK_CONFIG at every `up`, targets filled in), prometheus/,
# alertmanager/ and grafana/ (data), settings, lock, *.pid and *.log. The settings of the last `up` hold until others are given, so
# that a plain `up` after `down` starts the same stack, and deletes no history that a longer retention kept. A process is stopped by
# the pid it was started with, after a look whether that pid is still that process.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)

: "${STACK_DIR:=${XDG_STATE_HOME:-$HOME/.local/state}/mylittleprice-stack}"
: "${GRAFANA_ADMIN_PASSWORD:=admin}"

# A process is known by this path in its command line, so a directory has one name only.
STACK_DIR=$(realpath -m -- "$STACK_DIR")
config=$STACK_DIR/config
settings=$STACK_DIR/settings

# Of a stack that runs: what its programs were started with, and what `reload` can change.
fixed='PROMETHEUS_PORT ALERTMANAGER_PORT GRAFANA_PORT RETENTION_TIME RETENTION_SIZE ALERTMANAGER_CONFIG PROMETHEUS_WEB_CONFIG
       PROMETHEUS_FLAGS'
changeable='STACK_CONFIG LOGTALLY_TARGETS LOGTALLY_SCHEME REMOTE_WRITE_URL REMOTE_WRITE_USER'

# remembered NAME: its value in the file; false if it has none.
remembered() {
    grep -qs "^$1=" "$settings" && sed -n "s/^$1=//p" "$settings"
}

# setting NAME DEFAULT: what the environment says, also when that is empty, which is the default; else what is remembered.
setting() {
    local value
    if [ -z "${!1+given}" ] && value=$(remembered "$1"); then printf -v "$1" %s "$value"; fi
    [ -n "${!1:-}" ] || printf -v "$1" %s "$2"
}

retention_given=${RETENTION_TIME:-}
setting STACK_CONFIG "$here/prometheus"
STACK_CONFIG=$(realpath -m -- "$STACK_CONFIG")
setting PROMETHEUS_PORT 9090
setting ALERTMANAGER_PORT 9093
setting GRAFANA_PORT 3001
setting LOGTALLY_TARGETS 127.0.0.1:7684
setting LOGTALLY_SCHEME http
setting RETENTION_TIME 15d
setting RETENTION_SIZE 10GB
setting ALERTMANAGER_CONFIG alertmanager.quiet.yml
setting PROMETHEUS_WEB_CONFIG web.yml
setting PROMETHEUS_FLAGS ''
setting REMOTE_WRITE_URL ''
setting REMOTE_WRITE_USER mylittleprice

usage() {
    cat <<END
usage: contrib/stack.sh up | down | status | reload | backup FILE | restore FILE | certs

  up       start Prometheus, Alertmanager and, if installed, Grafana; waits until they answer
  down     stop them
  status   what runs, and what Prometheus says of its targets, when each has been scraped; exit 1 if something is down
  reload   copy the configuration anew and let Prometheus and Alertmanager read it
  backup   a snapshot of Prometheus's data, Alertmanager's state, configuration and dashboards, as one .tar.gz
  restore  put such a file back; the stack must be down, what was there is moved aside
  certs    make test certificates for web.secure.yml and logtally/web.secure.yml, in STACK_CONFIG

Settings are environment variables: STACK_DIR STACK_CONFIG PROMETHEUS_PORT ALERTMANAGER_PORT GRAFANA_PORT
LOGTALLY_TARGETS LOGTALLY_SCHEME RETENTION_TIME RETENTION_SIZE ALERTMANAGER_CONFIG PROMETHEUS_WEB_CONFIG PROMETHEUS_FLAGS
REMOTE_WRITE_URL REMOTE_WRITE_USER GRAFANA_ADMIN_PASSWORD
All but the first and the last are remembered in STACK_DIR/settings by \`up\` and \`reload\`; an empty one is the default again.
END
}

die() {
    echo "stack.sh: $*" >&2
    exit 1
}

# One at a time changes the stack; another waits. What is started must not keep the lock.
lock() {
    mkdir -p "$STACK_DIR"
    exec 8>"$STACK_DIR/lock"
    flock 8
}

# TEXT as what `sed s|...|TEXT|` is to put there.
for_sed() { printf '%s\n' "$1" | sed 's/[\\&|]/\\&/g'; }

secure() { [ "$PROMETHEUS_WEB_CONFIG" = web.secure.yml ]; }

scheme() { if secure; then echo https; else echo http; fi; }

# curl to Prometheus, with the password and certificate where it asks for them. The password goes through a file
# descriptor, because a command line can be read by everyone.
ask_prometheus() {
    local path=$1
    shift
    if secure; then
        curl -sS -f --max-time 60 --cacert "$config/secrets/ca.crt" "$@" \
            -K <(printf 'user = "admin:%s"\n' "$(cat "$config/secrets/prometheus_password")") \
            "https://localhost:$PROMETHEUS_PORT$path"
    else
        curl -sS -f --max-time 60 "$@" "http://127.0.0.1:$PROMETHEUS_PORT$path"
    fi
}

# What holds from now on. An address may have a password in it.
remember() {
    local name
    rm -f "$settings.new"
    (umask 077 && : >"$settings.new")
    # word splitting is meant: names
    # shellcheck disable=SC2086
    for name in $fixed $changeable; do echo "$name=${!name}"; done >>"$settings.new"
    mv "$settings.new" "$settings"
}

# What runs was started with other settings, which this call would only seem to change.
same_as_running() {
    local name value
    if ! running prometheus && ! running alertmanager && ! running grafana; then return; fi
    # shellcheck disable=SC2086
    for name in $fixed; do
        value=$(remembered "$name") || continue
        [ "$value" = "${!name}" ] || die "the stack runs with $name=$value; stop it first: contrib/stack.sh down"
    done
}

# A duration of Prometheus, such as 15d or 1d12h, in seconds.
seconds_of() {
    local rest=$1 sum=0 unit
    while [[ $rest =~ ^([0-9]+)(ms|[smhdwy])(.*)$ ]]; do
        case ${BASH_REMATCH[2]} in
        ms) unit=0 ;; s) unit=1 ;; m) unit=60 ;; h) unit=3600 ;; d) unit=86400 ;; w) unit=604800 ;; y) unit=31536000 ;;
        esac
        sum=$((sum + 10#${BASH_REMATCH[1]} * unit)) rest=${BASH_REMATCH[3]}
    done
    [ -z "$rest" ] || die "$1 is no duration such as 15d"
    echo "$sum"
}

# Prometheus deletes, when it starts, what is older than its retention, counted from the newest block. Here that is so only
# for who has said how long.
keeps_history() {
    local blocks keep oldest
    blocks=("$STACK_DIR"/prometheus/*/meta.json)
    if [ -n "$retention_given" ] || [ ! -e "${blocks[0]}" ]; then return; fi
    keep=$(seconds_of "$RETENTION_TIME")
    oldest=$(jq -rs --argjson keep "$keep" '(map(.maxTime) | max) as $newest
        | map(select($newest - .maxTime >= $keep * 1000) | .minTime) | min // empty | . / 1000 | floor | todate' "${blocks[@]}") ||
        die "what history there is cannot be read, and Prometheus might delete it: say how long it is to be kept," \
            "RETENTION_TIME=10y contrib/stack.sh up"
    [ -z "$oldest" ] || die "there is history from $oldest on, and Prometheus would delete what is older than $RETENTION_TIME:" \
        "say how long it is to be kept, RETENTION_TIME=10y contrib/stack.sh up"
}

# A YAML list of the words given.
yaml_list() {
    local word out=
    for word in "$@"; do out="$out${out:+, }'$word'"; done
    echo "[$out]"
}

render() {
    local words there
    there=$(for_sed "$config")
    rm -rf "$config.new"
    mkdir -p "$config.new"
    cp -Rp "$STACK_CONFIG/." "$config.new/"
    # word splitting is meant: targets are separated by blanks or commas
    # shellcheck disable=SC2086
    words=$(yaml_list ${LOGTALLY_TARGETS//,/ })
    mkdir -p "$config.new/targets/backend"
    rm -f "$config.new"/targets/backend/*.yml
    echo "- targets: $words" >"$config.new/targets/backend/backend.yml"
    echo "- targets: ['localhost:$PROMETHEUS_PORT']" >"$config.new/targets/prometheus.yml"
    echo "- targets: ['127.0.0.1:$ALERTMANAGER_PORT']" >"$config.new/targets/alertmanager.yml"
    if [ -n "$(grafana_program)" ]; then
        echo "- targets: ['127.0.0.1:$GRAFANA_PORT']" >"$config.new/targets/grafana.yml"
    else
        echo '[]' >"$config.new/targets/grafana.yml"
    fi
    if secure; then sed -i 's/^#secure#//' "$config.new/prometheus.yml"; fi
    if [ "$LOGTALLY_SCHEME" = https ]; then sed -i 's/^#logtally#//' "$config.new/prometheus.yml"; fi
    if [ -n "$REMOTE_WRITE_URL" ]; then
        sed -i -e 's/^#remote_write#//' -e "s|https://metrics.example.com/api/v1/write|$(for_sed "$REMOTE_WRITE_URL")|" \
            -e "s|username: mylittleprice|username: $(for_sed "$REMOTE_WRITE_USER")|" "$config.new/prometheus.yml"
        # A storage on this host asks for no password; then there is no file of it.
        if [ ! -e "$config.new/secrets/remote_write_password" ]; then
            sed -i '/remote_write_password/d' "$config.new/prometheus.yml"
        fi
    fi
    sed -i "s|/etc/alertmanager/templates|$there/alertmanager/templates|; s|/etc/secrets|$there/secrets|" \
        "$config.new"/alertmanager/*.yml
    promtool check config "$config.new/prometheus.yml" >"$STACK_DIR/check.log" 2>&1 ||
        die "the configuration has mistakes: $(tail -5 "$STACK_DIR/check.log")"
    sed "s|$config/|$there.new/|" "$config.new/alertmanager/$ALERTMANAGER_CONFIG" >"$STACK_DIR/check.yml"
    amtool check-config "$STACK_DIR/check.yml" >"$STACK_DIR/check.log" 2>&1 ||
        die "the configuration of Alertmanager has mistakes: $(tail -5 "$STACK_DIR/check.log")"
    rm -f "$STACK_DIR/check.yml"
    rm -rf "$config"
    mv "$config.new" "$config"
}

pid_of() { cat "$STACK_DIR/$1.pid" 2>/dev/null || true; }

# Is the process that was started as $1 still there? A reused pid has another command line.
running() {
    local pid
    pid=$(pid_of "$1")
    [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$STACK_DIR/"
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free NAME PORT: somebody else's server on that port would answer in the name of ours.
free() {
    if running "$1" || ! listening "$2"; then return; fi
    die "port $2 is taken by another program, so $1 cannot start, and nothing was started; if that is the service of a package:" \
        "systemctl disable --now prometheus prometheus-alertmanager grafana-server"
}

# start NAME COMMAND...
start() {
    local name=$1
    shift
    if running "$name"; then return; fi
    setsid "$@" >>"$STACK_DIR/$name.log" 2>&1 </dev/null 8>&- &
    echo $! >"$STACK_DIR/$name.pid"
}

stop() {
    local name=$1 pid
    if running "$name"; then
        pid=$(pid_of "$name")
        kill "$pid"
        for _ in $(seq 300); do
            running "$name" || break
            sleep 0.1
        done
        if running "$name"; then kill -9 "$pid"; fi
    fi
    rm -f "$STACK_DIR/$name.pid"
}

wait_ready() {
    local name=$1
    shift
    for _ in $(seq 300); do
        running "$name" || break
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.1
    done
    tail -n 5 "$STACK_DIR/$name.log" >&2
    die "$name does not answer; its log is $STACK_DIR/$name.log"
}

grafana_program() { command -v grafana-server || command -v grafana || true; }

start_grafana() {
    local program home=/usr/share/grafana
    program=$(grafana_program)
    if [ -z "$program" ]; then return; fi
    mkdir -p "$STACK_DIR/grafana"
    rm -rf "$STACK_DIR/provisioning"
    cp -R "$here/grafana/provisioning" "$STACK_DIR/provisioning"
    sed -i "s|/etc/secrets|$(for_sed "$config")/secrets|" "$STACK_DIR"/provisioning/datasources/*.yml
    if secure; then sed -i 's/^#secure#//' "$STACK_DIR"/provisioning/datasources/*.yml; fi
    if [ "$(basename "$program")" = grafana ]; then set -- "$program" server; else set -- "$program"; fi
    start grafana env GF_PATHS_DATA="$STACK_DIR/grafana" GF_PATHS_PROVISIONING="$STACK_DIR/provisioning" \
        GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT="$GRAFANA_PORT" GF_USERS_ALLOW_SIGN_UP=false \
        GF_SECURITY_ADMIN_PASSWORD="$GRAFANA_ADMIN_PASSWORD" GF_ANALYTICS_REPORTING_ENABLED=false \
        PROMETHEUS_URL="$(scheme)://localhost:$PROMETHEUS_PORT" ALERTMANAGER_URL="http://127.0.0.1:$ALERTMANAGER_PORT" \
        DASHBOARDS_DIR="$here/grafana/dashboards" "$@" --homepath="$home" cfg:paths.logs="$STACK_DIR/grafana"
}

up() {
    same_as_running
    free prometheus "$PROMETHEUS_PORT"
    free alertmanager "$ALERTMANAGER_PORT"
    if [ -n "$(grafana_program)" ]; then free grafana "$GRAFANA_PORT"; fi
    running prometheus || keeps_history
    mkdir -p "$STACK_DIR/prometheus" "$STACK_DIR/alertmanager"
    render
    remember
    # word splitting is meant: flags
    # shellcheck disable=SC2086
    start prometheus prometheus --config.file="$config/prometheus.yml" --storage.tsdb.path="$STACK_DIR/prometheus" \
        --storage.tsdb.retention.time="$RETENTION_TIME" --storage.tsdb.retention.size="$RETENTION_SIZE" \
        --web.config.file="$config/$PROMETHEUS_WEB_CONFIG" --web.listen-address="127.0.0.1:$PROMETHEUS_PORT" \
        --web.external-url="$(scheme)://localhost:$PROMETHEUS_PORT/" --web.enable-lifecycle --web.enable-admin-api \
        --enable-feature=exemplar-storage $PROMETHEUS_FLAGS
    start alertmanager prometheus-alertmanager --config.file="$config/alertmanager/$ALERTMANAGER_CONFIG" \
        --storage.path="$STACK_DIR/alertmanager" --web.listen-address="127.0.0.1:$ALERTMANAGER_PORT" \
        --web.external-url="http://localhost:$ALERTMANAGER_PORT/" --cluster.listen-address= \
        --data.maintenance-interval=1m
    start_grafana
    wait_ready prometheus ask_prometheus /-/ready
    wait_ready alertmanager curl -sSf "http://127.0.0.1:$ALERTMANAGER_PORT/-/ready"
    if [ -n "$(grafana_program)" ]; then wait_ready grafana curl -sSf "http://127.0.0.1:$GRAFANA_PORT/api/health"; fi
    echo "Prometheus   $(scheme)://localhost:$PROMETHEUS_PORT"
    echo "Alertmanager http://localhost:$ALERTMANAGER_PORT"
    if running grafana; then
        echo "Grafana      http://localhost:$GRAFANA_PORT"
    else
        echo "Grafana      is not installed; dashboards are in $here/grafana/dashboards"
    fi
}

down() {
    stop grafana
    stop prometheus
    stop alertmanager
}

# The targets, a line each, when the backend is among them and each was scraped, or after a minute.
targets() {
    local found='' end=$((SECONDS + 60))
    while :; do
        found=$(ask_prometheus '/api/v1/targets?state=active' | jq -r '.data.activeTargets[]
            | "target \(.labels.job) \(.labels.instance): \(.health)\(if .lastError == "" then "" else ", " + .lastError end)"') || return
        if grep -q '^target mylittleprice_backend ' <<<"$found" && ! grep -q ': unknown' <<<"$found"; then break; fi
        if [ $SECONDS -ge $end ]; then break; fi
        sleep 0.5
    done
    grep -q '^target mylittleprice_backend ' <<<"$found" || echo 'target mylittleprice_backend: there is none'
    echo "$found"
}

status() {
    local name seen bad=0
    for name in prometheus alertmanager grafana; do
        if running "$name"; then
            echo "$name: running, pid $(pid_of "$name")"
        elif [ "$name" = grafana ] && [ -z "$(grafana_program)" ]; then
            echo "$name: not installed"
        else
            echo "$name: not running"
            bad=1
        fi
    done
    if running prometheus; then
        seen=$(targets) || seen='prometheus: does not answer'
        echo "$seen"
        if grep -qv '^target .*: up$' <<<"$seen"; then bad=1; fi
        ask_prometheus /api/v1/alerts | jq -r '.data.alerts[] | select(.labels.alertname != "Watchdog")
            | "alert \(.labels.alertname) \(.state): \(.annotations.summary)"' || bad=1
    fi
    return $bad
}

reload() {
    same_as_running
    render
    remember
    ask_prometheus /-/reload -X POST
    curl -sSf -X POST "http://127.0.0.1:$ALERTMANAGER_PORT/-/reload"
}

# A directory in $work, gone at the end, whatever that is.
scratch() {
    work=$(mktemp -d "$STACK_DIR/$1.XXXXXX")
    trap 'rm -rf "$work"' EXIT
}

backup() {
    local file=${1:?backup needs the name of the file to write} name
    name=$(ask_prometheus /api/v1/admin/tsdb/snapshot -X POST | jq -er .data.name) || die "Prometheus made no snapshot"
    scratch backup
    mkdir "$work/mylittleprice"
    mv "$STACK_DIR/prometheus/snapshots/$name" "$work/mylittleprice/prometheus"
    cp -Rp "$STACK_DIR/alertmanager" "$work/mylittleprice/alertmanager"
    cp -Rp "$config" "$work/mylittleprice/config"
    cp -p "$settings" "$work/mylittleprice/settings"
    rm -rf "$work/mylittleprice/config/secrets"
    cp -Rp "$here/grafana/dashboards" "$work/mylittleprice/dashboards"
    if [ -e "$STACK_DIR/grafana/grafana.db" ]; then
        if command -v sqlite3 >/dev/null; then
            sqlite3 "$STACK_DIR/grafana/grafana.db" ".backup '$work/mylittleprice/grafana.db'"
        else
            echo "stack.sh: Grafana's users and preferences are left out: that needs sqlite3 (apt-get install sqlite3)" >&2
        fi
    fi
    tar -C "$work" -czf "$file.part" mylittleprice
    mv "$file.part" "$file"
    echo "$file: $(du -h "$file" | cut -f1)"
}

restore() {
    local file=${1:?restore needs the name of a backup} old name
    if running prometheus || running alertmanager || running grafana; then die "the stack runs; stop it first: contrib/stack.sh down"; fi
    mkdir -p "$STACK_DIR"
    scratch restore
    tar -C "$work" -xzf "$file" || die "$file cannot be read; nothing was changed"
    [ -d "$work/mylittleprice/prometheus" ] || die "$file is not a backup of this stack"
    old=$STACK_DIR/before-restore-$(date +%Y%m%d-%H%M%S)
    mkdir -p "$old"
    for name in prometheus alertmanager; do
        if [ -e "$STACK_DIR/$name" ]; then mv "$STACK_DIR/$name" "$old/$name"; fi
        mv "$work/mylittleprice/$name" "$STACK_DIR/$name"
    done
    if [ -e "$work/mylittleprice/grafana.db" ]; then
        mkdir -p "$STACK_DIR/grafana"
        if [ -e "$STACK_DIR/grafana/grafana.db" ]; then mv "$STACK_DIR/grafana/grafana.db" "$old/grafana.db"; fi
        mv "$work/mylittleprice/grafana.db" "$STACK_DIR/grafana/grafana.db"
    fi
    if [ -e "$work/mylittleprice/settings" ]; then
        if [ -e "$settings" ]; then mv "$settings" "$old/settings"; fi
        mv "$work/mylittleprice/settings" "$settings"
    fi
    echo "restored; the data and settings of before are in $old"
}

# certificate DIRECTORY NAME: a key (of the quicker kind) and a certificate for that host, signed by the CA in secrets.
certificate() {
    local file=$1/$2 ca=$STACK_CONFIG/secrets/ca
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$file.key" -out "$file.csr" 2>/dev/null
    openssl x509 -req -in "$file.csr" -CA "$ca.crt" -CAkey "$ca.key" -CAcreateserial -days 365 \
        -extfile <(echo "subjectAltName=DNS:$2,DNS:localhost,IP:127.0.0.1") -out "$file.crt" 2>/dev/null
    rm -f "$file.csr"
    chmod 600 "$file.key"
    echo "$file.crt $file.key"
}

certs() {
    local dir=$STACK_CONFIG/secrets
    mkdir -p "$dir" "$STACK_CONFIG/logtally"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj '/CN=mylittleprice test CA' \
        -keyout "$dir/ca.key" -out "$dir/ca.crt" 2>/dev/null
    chmod 600 "$dir/ca.key"
    echo "$dir/ca.crt"
    certificate "$dir" prometheus
    certificate "$STACK_CONFIG/logtally" logtally
}

case ${1:-} in
up | down | reload)
    [ $# -eq 1 ] || { usage >&2; exit 2; }
    lock
    "$1"
    ;;
status | certs)
    [ $# -eq 1 ] || { usage >&2; exit 2; }
    "$1"
    ;;
backup | restore)
    [ $# -eq 2 ] || { usage >&2; exit 2; }
    lock
    "$1" "$2"
    ;;
help | -h | --help) usage ;;
*)
    usage >&2
    exit 2
    ;;
esac
