#!/bin/sh
# Runs a command in an unpacked image as a container runtime would: on a read-only root, with folders mounted into it,
# as a user. In namespaces of its own, which the caller makes.
#
# usage: container.sh ROOT USER:GROUP GROUPS MOUNTS COMMAND…
#   GROUPS  numbers of more groups, with commas
#   MOUNTS  a file with lines of: what is mounted, where in the image, ro or rw
set -eu
root=$1
user=$2
groups=$3
mounts=$4
shift 4

mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while read -r from to mode; do
  mount --bind "$from" "$root$to"
  [ "$mode" = rw ] || mount -o remount,bind,ro "$root$to"
done <"$mounts"
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" --groups="$groups" "$root" "$@"
