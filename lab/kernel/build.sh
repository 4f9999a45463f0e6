#!/bin/sh
# Builds a kernel for User-mode Linux from Debian's own sources, with what a node of Kubernetes needs: linux.uml
# in the folder given.
#
# usage: build.sh FOLDER MIRROR
set -eu
folder=$1
mirror=$2
parts=$(dirname "$0")
work=$folder/work

mkdir -p "$work/debs"
sh "$parts/../packages/debian.sh" "$work/debs" /dev/null "$mirror" forky linux-source-7.2
dpkg-deb --fsys-tarfile "$work"/debs/linux-source-7.2_*.deb | tar --extract --to-stdout ./usr/src/linux-source-7.2.tar.xz |
  tar --extract --xz --directory "$work"
cd "$work/linux-source-7.2"
make --silent ARCH=um x86_64_defconfig
./scripts/kconfig/merge_config.sh -m -O . .config "$parts/config" >/dev/null
make --silent ARCH=um olddefconfig
make --silent ARCH=um --jobs="$(nproc)" linux
install linux "$folder/linux.uml"
rm -rf "$work"
