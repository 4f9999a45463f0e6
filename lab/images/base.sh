#!/bin/sh
# Puts together what images need of Debian besides their program: busybox, and iptables with its libraries.
#
# usage: base.sh FOLDER DEBS, where FOLDER gets busybox/ and iptables/, and DEBS holds the packages
set -eu
folder=$1
debs=$2

mkdir -p "$folder/busybox/bin" "$folder/iptables"
dpkg-deb --fsys-tarfile "$debs"/busybox-static_*.deb | tar --extract --directory "$folder/busybox" ./usr/bin/busybox
mv "$folder/busybox/usr/bin/busybox" "$folder/busybox/bin/busybox"
rm -r "$folder/busybox/usr"
for applet in $("$folder/busybox/bin/busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$folder/busybox/bin/$applet"
done

for deb in "$debs"/*.deb; do
  case ${deb##*/} in
    busybox-static_*) ;;
    *) dpkg-deb --extract "$deb" "$folder/iptables" ;;
  esac
done
cd "$folder/iptables"
rm -rf usr/share usr/lib/systemd etc var bin sbin lib lib64
# As in Debian's own merged layout, and what its alternatives would point at.
ln -s usr/sbin sbin
ln -s usr/lib lib
ln -s usr/lib64 lib64
for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
  ln -sf xtables-nft-multi "usr/sbin/$name"
done
