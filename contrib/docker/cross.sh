#!/usr/bin/env bash
# logtally for the machine of an image, on whatever machine builds it, by Debian's compilers: no emulation.
#
#   contrib/docker/cross.sh packages ARCH       installs what it needs; ARCH as Docker and Debian call it: amd64, arm64
#   contrib/docker/cross.sh build ARCH FOLDER   builds this tree in the working directory, and installs it below FOLDER
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
contrib=$(cd "$(dirname "$0")/.." && pwd)
arch=$2
case $arch in
amd64) triplet=x86_64-linux-gnu ;;
arm64) triplet=aarch64-linux-gnu ;;
*) echo "cross: no image is made for $arch" >&2; exit 2 ;;
esac

# listed WHICH: packages that contrib/packages lists for a build, by a condition on their names.
listed() { awk "\$1 !~ /^#/ && \$2 == \"build\" && \$1 $1 { print \$1 }" "$contrib/packages"; }

# Of libraries only the other machine's: not all packages let both be there (libisal-dev).
packages() {
    local compiler='' tools libraries
    if [ "$arch" != "$(dpkg --print-architecture)" ]; then
        dpkg --add-architecture "$arch"
        compiler=gcc-${triplet//_/-}
    fi
    mapfile -t tools < <(listed '!~ /-dev$/')
    mapfile -t libraries < <(listed '~ /-dev$/')
    apt-get update
    apt-get install -y --no-install-recommends ca-certificates tzdata "${tools[@]}" ${compiler:+"$compiler"} "${libraries[@]/%/:$arch}"
}

build() {
    PKG_CONFIG_LIBDIR=/usr/lib/$triplet/pkgconfig:/usr/share/pkgconfig "$contrib/../configure" --host="$triplet" \
        --prefix=/usr --sysconfdir=/etc --localstatedir=/var CFLAGS='-O2 -g'
    make -j"$(nproc)"
    make install-strip DESTDIR="$1"
}

case $1 in
packages) packages ;;
build) build "$3" ;;
*) echo "cross: packages or build, not $1" >&2; exit 2 ;;
esac
