#!/bin/sh
# Keeps the rooms apart, and the files of a room in one order.
#
#   tests/layers.sh [BUILD]
#
# Reads every #include line of src and says which ones reach where they must not. The rooms, from the ground up, and
# what each may include beside itself, are the first table below (BEGIN).
#
# A foreign library lives in one place: microhttpd.h in src/http, pcre2.h in src/rules/pattern.c, ini.h in
# src/config/ini.c, sys/inotify.h in src/input/watch.c (and base/sys.c), compiler intrinsics in a file named simd.h. No header
# shows one of them to another room.
#
# With BUILD (or LAYERS_BUILD), a directory in which everything was built, it also reads the symbols of the objects: no
# two sources may take symbols from each other in a circle, within a room or over several, and what a source exports
# another must take; tests do not count. The exceptions are the second table, with their reasons. And the input room asks
# the kernel for nothing but by src/base/sys.h: what else it takes from outside is memory, text, threads and archives.
# Last line: N passed, N failed; one for each file that was read.
set -u
src=$(cd "$(dirname "$0")/../src" && pwd) || exit 2
build=${1:-${LAYERS_BUILD:-}}
[ -z "$build" ] || build=$(cd "$build" && pwd) || exit 2
cd "$src" || exit 2

sources() { find . -name "$1" | sed 's|^\./||' | LC_ALL=C sort; }

includes() {
    # shellcheck disable=SC2016
    sources '*.[ch]' | xargs awk '
function bad(why) { printf "src/%s:%d: %s: %s\n", FILENAME, FNR, $0, why; broken = 1 }
function finish() { if (seen) { if (broken) failed++; else passed++ } broken = 0; seen = 1 }
function room_of(path) { sub(/\/[^\/]*$/, "", path); return path }
BEGIN {
    allowed["base"] = ""
    allowed["site"] = "base"
    allowed["decode"] = allowed["http"] = allowed["metrics"] = allowed["input"] = "base"
    allowed["config"] = "base metrics"
    allowed["rules"] = "base decode metrics config"
    allowed["rules/load"] = allowed["rules"] " rules"
    allowed["engine"] = "base decode metrics rules"
    allowed["suggest"] = "base rules engine"
    allowed["app"] = "base decode metrics config rules rules/load input"
    allowed["offline"] = "base metrics input engine app"
    allowed["report"] = "base decode metrics config rules engine suggest app offline"
    allowed["live"] = "base decode metrics config rules engine suggest input app offline report"
    allowed["daemon"] = allowed["offline"] " http site"
    allowed["cmd"] = allowed["main.c"] = "base decode http site metrics input config rules rules/load engine suggest app daemon offline report live cmd"
    home["microhttpd.h"] = "^http/"
    home["pcre2.h"] = "^rules/pattern\\.c$"
    home["ini.h"] = "^config/ini\\.c$"
    home["yaml.h"] = "^http/web_config\\.c$"
    home["crypt.h"] = "^http/users\\.c$"
    home["sys/inotify.h"] = "^(input/watch|base/sys)\\.c$"
}
FNR == 1 {
    finish()
    room = room_of(FILENAME)
    if (!(room in allowed)) bad("no such room")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, q, "\"")
    if (q[2] == "config.h") next
    other = room_of(q[2])
    if (!(other in allowed)) { bad("write \"room/file.h\""); next }
    if (other != room && index(" " allowed[room] " ", " " other " ") == 0) bad("src/" room " must not know src/" other)
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    split($0, q, /[<>]/)
    if ((q[2] in home) && FILENAME !~ home[q[2]]) bad("belongs in one place: " home[q[2]])
    if (q[2] ~ /intrin\.h$|^arm_neon\.h$/ && FILENAME !~ /(^|\/)simd\.h$/) bad("intrinsics belong in simd.h")
}
END {
    finish()
    printf "%d passed, %d failed\n", passed, failed
}'
}

# Of access.c with what it needs, and access_none.c, one was built.
built() {
    if [ -e "$build/src/http/access_none.o" ]; then
        sources '*.c' | grep -vxE 'http/(access|tls|users|web_config)\.c'
    else
        sources '*.c' | grep -vxF 'http/access_none.c'
    fi
}

calls() {
    # shellcheck disable=SC2016
    built | sed "s|\\.c$|.o|; s|^|$build/src/|" | LC_ALL=C xargs nm -P -g 2>&1 | awk -v prefix="$build/src/" '
function bad(object, why) { printf "src/%s.c: %s\n", object, why; failing[object] = 1 }
# Marks what can be reached from `start` by way of `object`.
function walk(start, object,    n, list, i) {
    n = split(takes[object], list, " ")
    for (i = 1; i <= n; i++)
        if (!((start, list[i]) in reach)) { reach[start, list[i]] = 1; walk(start, list[i]) }
}
# What of its circle an object takes itself.
function circle(object,    n, list, i, names) {
    n = split(takes[object], list, " ")
    for (i = 1; i <= n; i++)
        if ((list[i], object) in reach) names = names " " via[object, list[i]] " of " list[i] ".c"
    return names
}
BEGIN {
    # Symbols that no other source takes, and why they are exported.
    reason["main"] = "the program"
    reason["loop_turn"] = "tests turn the loop by hand, and look at what each turn did"
    reason["linescan_get"] = "tests and the bench compare the levels of instructions"
    pure = "^(_|(mem|str)[a-z]+$|abort$|bcmp$|free$|getauxval$|qsort$|snprintf$|pthread_(create|join|cond|mutex)|inflate|ZSTD_|lzma_|BZ2_)"
    reason["crc32c_portable"] = "its test compares it with the instruction"
}
/^nm: / { if (/no symbols/) next; print; failed++; next }
/^\/.*:$/ { object = substr($0, length(prefix) + 1); sub(/\.o:$/, "", object); objects[object] = 1; next }
$1 ~ /^__x86\./ { next } # i386: the compiler asks where it is
$2 == "U" { user[$1] = user[$1] " " object }
$2 ~ /^[TDBRGSCVW]$/ { home[$1] = object; exports[object] = 1 }
END {
    for (symbol in home) {
        n = split(user[symbol], list, " ")
        if (n == 0 && !(symbol in reason)) bad(home[symbol], symbol " has no caller in another source of src")
        if (n > 0 && (symbol in reason)) bad(home[symbol], symbol " has a caller, it needs no exception")
        for (i = 1; i <= n; i++) {
            if (!((list[i], home[symbol]) in via)) takes[list[i]] = takes[list[i]] " " home[symbol]
            via[list[i], home[symbol]] = symbol
        }
    }
    for (symbol in user) {
        if ((symbol in home) || symbol ~ pure) continue
        n = split(user[symbol], list, " ")
        for (i = 1; i <= n; i++) if (list[i] ~ /^input\//) bad(list[i], symbol " is not of src/base/sys.h")
    }
    for (symbol in reason) if (!(symbol in home)) { print symbol " is nowhere, it needs no exception"; failed++ }
    for (object in objects) walk(object, object)
    for (object in objects) {
        if ((object, object) in reach) bad(object, "is in a circle, by" circle(object))
    }
    for (object in exports) n_exports++
    if (n_exports < 100) { print "fewer than 100 objects with symbols in " prefix; failed++ }
    for (object in objects) if (object in failing) failed++; else passed++
    printf "%d passed, %d failed\n", passed, failed
}'
}

{
    includes
    [ -z "$build" ] || calls | LC_ALL=C sort
    echo end
} | awk -v parts="$([ -z "$build" ] && echo 1 || echo 2)" '
/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3; seen++; next }
$0 != "end"
END {
    if (seen != parts) { print "a part did not come to its end"; failed++ }
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0 || passed == 0
}'
