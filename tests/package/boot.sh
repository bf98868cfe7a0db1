#!/bin/sh
# A real systemd in a folder: boot.sh ROOT, as process 1 of namespaces of its own (unshare --pid --mount --uts --ipc --net --cgroup --fork
# --kill-child). It is over when this process is killed. Needs root.
set -eu

cd "$1"
mount --make-rprivate /
mount --bind . . # a place to turn to is a mount
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs sys/fs/cgroup
mkdir sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
# Not chroot: a process in one may not make the namespaces that PrivateUsers= wants.
mkdir -p old
pivot_root . old
umount -l old
# As systemd does it on a machine: what is mounted later is seen by services, too.
mount --make-rshared /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 container=unshare /lib/systemd/systemd --system --unit=basic.target
