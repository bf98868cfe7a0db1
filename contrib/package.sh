#!/usr/bin/env bash
# A package of a source tarball (`make dist`), as its contrib/debian or contrib/rpm say.
#
#   contrib/package.sh deb|rpm TARBALL FOLDER
#
# FOLDER gets the packages, and the source package that they were built of; RPM_BUILD_STAGE=-bs makes only that. DEB_BUILD_OPTIONS works as ever: nocheck leaves
# out `make check`. `make deb` and `make rpm` do it with this tree.
set -euo pipefail

[ $# -eq 3 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
kind=$1 tarball=$(realpath "$2") folder=$3
name=$(basename "$tarball" .tar.xz)
version=${name#logtally-}
mkdir -p "$folder"
folder=$(realpath "$folder")

# same VERSION FILE: a package has the version of what is in it.
same() {
    [ "$1" = "$version-1" ] || { echo "package: $2 is of version $1, the tarball of $version" >&2; exit 1; }
}

deb() {
    cp "$tarball" "$folder/logtally_$version.orig.tar.xz"
    rm -rf "${folder:?}/$name"
    tar -x -C "$folder" -f "$tarball"
    cd "$folder/$name"
    cp -r contrib/debian debian
    chmod -R u=rwX,go=rX debian # whatever the umask
    same "$(dpkg-parsechangelog -S Version)" contrib/debian/changelog
    case " ${DEB_BUILD_OPTIONS:-} " in
    *" nocheck "*) export DEB_BUILD_PROFILES=nocheck ;; # what only tests need is not needed either
    esac
    dpkg-buildpackage -us -uc
    rm -rf "${folder:?}/$name"
}

rpm() {
    local spec
    spec=$(tar -x -O -f "$tarball" "$name/contrib/rpm/logtally.spec")
    same "$(sed -n 's/^Version: *//p' <<<"$spec")-$(sed -n 's/^Release: *\([0-9]*\).*/\1/p' <<<"$spec")" contrib/rpm/logtally.spec
    mkdir -p "$folder/SOURCES" "$folder/SPECS"
    cp "$tarball" "$folder/SOURCES/"
    cat >"$folder/SPECS/logtally.spec" <<<"$spec"
    # Where packages are not RPM's, it cannot know that what is needed is there.
    rpmbuild "${RPM_BUILD_STAGE:--ba}" --nodeps --define "_topdir $folder" --define "_smp_mflags -j$(nproc)" "$folder/SPECS/logtally.spec"
}

case $kind in
deb | rpm) "$kind" ;;
*) echo "package: deb or rpm, not $kind" >&2; exit 2 ;;
esac
