#!/bin/sh
# Runs a command where the kernel starts programs for arm64, too: QEMU emulates the processor. That is told to the kernel
# in a user namespace of the command's own (Linux 6.7 or newer), so that nothing else on this machine is changed by it.
# Users and groups are there what they are outside; device nodes can't be made.
#
# usage: emulated.sh COMMAND [ARGUMENT…], as root
set -eu

if [ "${1-}" != --inside ]; then
  outside=$(readlink "/proc/$$/ns/user")
  # From outside, because only root there may give a namespace all users. Ends with the command, if that does not start.
  {
    while now=$(readlink "/proc/$$/ns/user") && [ "$now" = "$outside" ]; do sleep 0.05; done
    [ "$now" = "" ] || for map in uid_map gid_map; do echo '0 0 4294967295' >"/proc/$$/$map"; done
  } &
  exec unshare --user --mount --pid --fork sh "$0" --inside "$@"
fi

shift
until grep --quiet . /proc/self/gid_map; do sleep 0.05; done
binfmt=/proc/sys/fs/binfmt_misc
mount -t binfmt_misc binfmt_misc "$binfmt" || {
  echo "programs for arm64 can't be emulated: the kernel must be Linux 6.7 or newer, with CONFIG_BINFMT_MISC" >&2
  exit 1
}
# The first 20 bytes of a program for arm64, and which of their bits count. F: opens QEMU now, for it is not in a chroot.
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
printf %s ":arm64:M::$magic:$mask:$(command -v qemu-aarch64-static):F" >"$binfmt/register"
# Ends with the process outside, however that ends; and with it, the first of its namespace, end all others.
exec setpriv --pdeathsig KILL "$@"
