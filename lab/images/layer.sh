#!/bin/sh
# Makes a layer of Debian's packages: what programs need of them while they run, in Debian's own merged layout.
#
# usage: layer.sh LAYER DEBS FOLDER [EMULATOR], where LAYER is a name in layers.ts, DEBS holds the packages, and EMULATOR
# runs their programs, if they are for another processor
set -eu
layer=$1
debs=$2
folder=$3
emulator=${4-}

mkdir -p "$folder/unpacked"
for deb in "$debs"/*.deb; do
  case ${deb##*/} in
    # For parts of git that Alpine's package does not have either.
    perl* | libperl* | liberror-perl*) ;;
    *) dpkg-deb --extract "$deb" "$folder/unpacked" ;;
  esac
done
cd "$folder"

case $layer in
  busybox)
    mkdir -p bin usr/bin
    mv unpacked/usr/bin/busybox bin/
    for applet in $(${emulator:+"$emulator"} bin/busybox --list); do
      [ "$applet" = busybox ] || ln -s busybox "bin/$applet"
    done
    ln -s ../../bin/busybox usr/bin/env
    ;;
  authorities)
    # As the package's update-ca-certificates does.
    mkdir -p etc/ssl/certs
    cat unpacked/usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt
    ;;
  *)
    mv unpacked/usr .
    mkdir kept
    [ ! -d usr/share/git-core ] || mv usr/share/git-core kept/
    rm -rf usr/share usr/lib/systemd
    mv kept usr/share
    ln -s usr/sbin sbin
    ln -s usr/lib lib
    ln -s usr/lib64 lib64
    ;;
esac
rm -rf unpacked

if [ "$layer" = iptables ]; then
  # What Debian's alternatives would point at.
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf xtables-nft-multi "usr/sbin/$name"
  done
fi
