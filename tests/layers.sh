#!/bin/sh
# Keeps the rooms apart: reads every #include line and says which ones reach where they must not.
#
#   tests/layers.sh [SRC]
#
#   5  src/main.c, src/cmd     may include everything
#   4  src/http, src/input     only src/base (and themselves)
#   3  src/rules               src/base, src/metrics
#   2  src/metrics             src/base
#   1  src/base                nothing but itself
#
# A foreign library lives in one place: microhttpd.h in src/http, pcre2.h in src/rules/pattern.c, ini.h in
# src/rules/ini.c, sys/inotify.h in src/input/watch.c, compiler intrinsics in a file named simd.h. The
# headers of src/rules, src/metrics and the rest show none of them.
# Last line: N passed, N failed; one for each file.
set -u
src=${1:-$(dirname "$0")/../src}
cd "$src" || exit 2

# shellcheck disable=SC2016
find . -name '*.[ch]' | sed 's|^\./||' | LC_ALL=C sort | xargs awk '
function bad(why) { printf "src/%s:%d: %s: %s\n", FILENAME, FNR, $0, why; broken = 1 }
function finish() { if (seen) { if (broken) failed++; else passed++ } broken = 0; seen = 1 }
BEGIN {
    allowed["base"] = " base "
    allowed["metrics"] = " base metrics "
    allowed["rules"] = " base metrics rules "
    allowed["input"] = " base input "
    allowed["http"] = " base http "
    allowed["cmd"] = allowed["main.c"] = " base metrics rules input http cmd "
    home["microhttpd.h"] = "^http/"
    home["pcre2.h"] = "^rules/pattern\\.c$"
    home["ini.h"] = "^rules/ini\\.c$"
    home["sys/inotify.h"] = "^input/watch\\.c$"
}
FNR == 1 {
    finish()
    split(FILENAME, part, "/")
    room = part[1]
    if (!(room in allowed)) bad("no such room; the rooms are base metrics rules input http cmd")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, q, "\"")
    if (q[2] == "config.h") next
    if (split(q[2], part, "/") != 2) { bad("write \"room/file.h\""); next }
    if (index(allowed[room], " " part[1] " ") == 0) bad("src/" room " must not know src/" part[1])
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    split($0, q, /[<>]/)
    if ((q[2] in home) && FILENAME !~ home[q[2]]) bad("belongs in one place: " home[q[2]])
    if (q[2] ~ /intrin\.h$|^arm_neon\.h$/ && FILENAME !~ /(^|\/)simd\.h$/) bad("intrinsics belong in simd.h")
}
END {
    finish()
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0 || passed == 0
}'
