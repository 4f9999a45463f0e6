#!/bin/sh
# User-mode Linux, Debian's package (tried: 7.2um1): the kernel as a program into FOLDER/user-mode, its modules
# into the card's root folder. Run with seccomp (from 6.16 on) a board is nearly as fast as this machine, which
# is why it is newer than the card's Debian.
#
# usage: userMode.sh FOLDER ROOT MIRROR
set -eu
folder=$1
root=$2
mirror=$3
parts=$(dirname "$0")
program=$folder/user-mode

mkdir "$folder/debs"
sh "$parts/../packages/debian.sh" "$folder/debs" /dev/null "$mirror" forky user-mode-linux
for deb in "$folder"/debs/user-mode-linux_* "$folder"/debs/libc6_*; do
  dpkg-deb --extract "$deb" "$folder/unpacked"
done
libraries=$folder/unpacked/usr/lib/x86_64-linux-gnu
install -D -t "$program" "$folder/unpacked/usr/bin/linux.uml"
install -t "$program" "$libraries/libc.so.6" "$libraries/ld-linux-x86-64.so.2"
# It starts itself again by its own name, so that a loader in front of it does not last: it brings its C library
# and runs in its folder.
patchelf --set-interpreter ./ld-linux-x86-64.so.2 --set-rpath "\$ORIGIN" "$program/linux.uml"

cp -r "$folder"/unpacked/usr/lib/uml/modules/* "$root/lib/modules"
# A quarter of the size: each board copies its card.
find "$root/lib/modules" -name '*.ko' -exec xz -0 {} +
rm -r "$folder/debs" "$folder/unpacked"
