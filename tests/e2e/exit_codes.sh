# Exit codes are part of the interface: 0 fine, 1 mistakes in the user's input, 2 wrong usage, 3 the system failed.
set -u
number=0 failed=0
cat >good.ini <<'INI'
[event a]
where = msg == a

[counter a_total]
help = a
inc  = a
INI
sed 's/inc /inx /' good.ini >bad.ini
printf 'msg=a x=1\n' >a.log
mkdir -p empty
echo 1..36

# expect CODE COMMAND...
expect() {
    local want=$1 got
    shift
    "$@" >out 2>err </dev/null
    got=$?
    number=$((number + 1))
    if [ $got -eq "$want" ]; then
        echo "ok $number - $want: ${*:2}"
    else
        echo "not ok $number - ${*:2}: exit status $got instead of $want"
        sed 's/^/# /' err
        failed=1
    fi
}

expect 0 "$LOGTALLY" check --rules good.ini
expect 1 "$LOGTALLY" check --rules bad.ini
expect 0 "$LOGTALLY" check good.ini
expect 0 "$LOGTALLY" check --rules good.ini good.ini # as the shell spells out an unquoted glob
expect 0 "$LOGTALLY" replay --rules good.ini a.log
expect 1 "$LOGTALLY" replay --rules bad.ini a.log
expect 2 "$LOGTALLY" replay --rules good.ini
expect 2 "$LOGTALLY" replay --rules good.ini good.ini
expect 2 "$LOGTALLY" replay --nonsense a.log
expect 2 "$LOGTALLY" nonsense
expect 2 "$LOGTALLY"
expect 0 "$LOGTALLY" help
expect 0 "$LOGTALLY" help replay
expect 1 "$LOGTALLY" replay --rules good.ini nowhere.log
expect 1 "$LOGTALLY" replay --rules good.ini empty
expect 1 "$LOGTALLY" replay --rules good.ini a.log empty
expect 1 "$LOGTALLY" check --rules good.ini --against empty
expect 1 "$LOGTALLY" suggest nowhere.log
expect 1 "$LOGTALLY" merge nowhere.log
expect 1 "$LOGTALLY" backfill --rules good.ini nowhere.log -o out
# an option that means nothing to a command is wrong usage
expect 0 "$LOGTALLY" version
expect 2 "$LOGTALLY" version --rules good.ini
expect 2 "$LOGTALLY" version -c good.ini
expect 2 "$LOGTALLY" version --strict
expect 2 "$LOGTALLY" version good.ini
expect 2 "$LOGTALLY" --version --rules good.ini
expect 0 "$LOGTALLY" --help version
expect 2 "$LOGTALLY" help --rules good.ini
expect 2 "$LOGTALLY" help replay check
expect 2 "$LOGTALLY" help nonsense
expect 2 "$LOGTALLY" state --state empty --rules good.ini
expect 2 "$LOGTALLY" state --state empty --as log
expect 2 "$LOGTALLY" state --state empty good.ini
expect 2 "$LOGTALLY" merge --rules good.ini --as log a.log
expect 2 "$LOGTALLY" check --rules good.ini --as log
expect 2 "$LOGTALLY" run --rules good.ini --as log
exit $failed
