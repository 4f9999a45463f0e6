#!/bin/bash
# Runs a command where /etc/kubernetes, /etc/bramble, /var/lib and /run are those of the board in folder $1. For
# `unshare --mount`; the machine's own folders stay as they are.
set -Eeuo pipefail
board=$1
shift
mkdir -p "$board"/{real,kubernetes,bramble,var/lib,run}
mount --make-rprivate /
mount --rbind /etc "$board/real"
mount -t tmpfs none /etc
for each in "$board"/real/*; do
  case ${each##*/} in kubernetes | bramble) ;; *) ln -s "$each" /etc/ ;; esac
done
mkdir /etc/kubernetes /etc/bramble
mount --bind "$board/kubernetes" /etc/kubernetes
mount --bind "$board/bramble" /etc/bramble
mount --bind "$board/var/lib" /var/lib
mount --bind "$board/run" /run
exec "$@"
