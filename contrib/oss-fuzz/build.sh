#!/bin/bash -eu
# Builds all fuzzers as OSS-Fuzz wants them: into $OUT, each with its seeds (NAME_seed_corpus.zip) and its dictionary
# (NAME.dict), by $CC, $CXX, $CFLAGS and $LIB_FUZZING_ENGINE. Their libraries lie beside them, in $OUT/lib, as the machine
# that runs them has none.
#
# Here, without OSS-Fuzz (in a directory of its own, as objects of another build would be in the way):
#   CC=clang-14 CXX=clang++-14 CFLAGS='-O1 -g -fsanitize=address,fuzzer-no-link' LIB_FUZZING_ENGINE=-fsanitize=fuzzer \
#       OUT=/tmp/out WORK=/tmp/work contrib/oss-fuzz/build.sh
top=$(cd "$(dirname "$0")/../.." && pwd)
[ -e "$top/configure.ac" ] || top=${SRC:?}/logtally
work=${WORK:-$(mktemp -d)}/logtally

[ -e "$top/configure" ] || "$top/bootstrap"
mkdir -p "$work" "${OUT:?}/lib"
cd "$work"
[ -e config.status ] || "$top/configure" -q --enable-fuzzing CC="${CC:?}" CFLAGS="${CFLAGS:?}" LIB_FUZZING_ENGINE="${LIB_FUZZING_ENGINE:?}"
read -ra targets < <(make -s list-fuzzers)
# Engines are written in C++. Old-style RPATH, so that libraries of libraries are found by it, too.
make -s -j"$(nproc)" CCLD="${CXX:?}" LDFLAGS="-Wl,--disable-new-dtags -Wl,-rpath,'\$\$ORIGIN/lib'" "${targets[@]}"

for target in "${targets[@]}"; do
    name=$(basename "$target")
    cp "$target" "$OUT/$name"
    ldd "$target" | awk '$3 ~ /^\// { print $3 }' | grep -v -E '/(libc|libm|libdl|librt|libpthread|libgcc_s)\.so' |
        xargs -r cp -n -t "$OUT/lib"
    [ ! -d "$top/tests/corpus/$name" ] || (cd "$top/tests/corpus/$name" && zip -q -r "$OUT/${name}_seed_corpus.zip" .)
    dict=$top/tests/dict/${name#fuzz_}.dict
    [ ! -e "$dict" ] || cp "$dict" "$OUT/$name.dict"
done
