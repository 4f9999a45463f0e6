#!/bin/sh
# Adds what firmware.sh runs to the initial file system.
set -eu
case ${1:-} in prereqs) exit 0 ;; esac
# shellcheck source=/dev/null # of initramfs-tools
. /usr/share/initramfs-tools/hook-functions
copy_exec /sbin/kexec
