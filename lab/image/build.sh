#!/bin/sh
# Builds what virtual boards start from, in the folder given: a card's partitions, and kernels for both kinds of machine.
# What a board is to be (name, user, keys, address) is written to the boot partition of its copy (card.ts), where
# cloud-init finds it.
#
# usage: build.sh FOLDER MIRROR ARCHITECTURE, where FOLDER is empty, as root
set -eu
folder=$1
mirror=$2
architecture=$3
parts=$(dirname "$0")
root=$folder/root

# Runs something, and of what it says tells only the end, if it fails.
quietly() {
  "$@" >"$folder/log" 2>&1 || {
    tail -n 5 "$folder/log" >&2
    exit 1
  }
}

# Runs something in the root folder.
inside() {
  if [ "$architecture" = amd64 ]; then
    chroot "$root" "$@"
  else
    sh "$parts/emulated.sh" chroot "$root" "$@"
  fi
}

# Emulated, each file of the initial file system costs: only what finds the root file system.
install -d "$root/etc/initramfs-tools/conf.d" "$root/usr/share/initramfs-tools/modules.d"
printf '%s\n' MODULES=list COMPRESS=lz4 >"$root/etc/initramfs-tools/conf.d/lab"
echo virtio_blk >"$root/usr/share/initramfs-tools/modules.d/lab"

# What a fresh card of Raspberry Pi OS has, and no more: no curl, no gnupg, no container runtime. Its netplan hands
# over to NetworkManager, this one to networkd. And what the initial file system is made with.
packages=linux-image-cloud-$architecture,systemd,systemd-sysv,systemd-timesyncd,linux-sysctl-defaults,dbus,udev,kmod
packages=$packages,e2fsprogs,procps,tzdata,netbase,iproute2,iputils-ping,openssh-server,sudo,ca-certificates
packages=$packages,cloud-init,netplan.io,dosfstools,initramfs-tools,lz4
set -- --force-check-gpg --variant=minbase --include="$packages" trixie "$root" "$mirror"
if [ "$architecture" = amd64 ]; then
  # What it mounts is gone with it, however it ends: the folder can be removed.
  quietly unshare --mount debootstrap "$@"
  sh "$parts/userMode.sh" "$folder" "$root" "$mirror"
else
  # Unpacked by this machine's programs, set up by its own. It tries to make a device node first, but not in a container.
  quietly debootstrap --arch="$architecture" --foreign "$@"
  # It searches Debian's list of packages several times, a minute each.
  for list in "$root"/var/lib/apt/lists/*_Packages; do
    awk 'NR == FNR { wanted[$1]; next } $2 in wanted' "$root/debootstrap/debpaths" RS= ORS='\n\n' "$list" >"$folder/list"
    mv "$folder/list" "$list"
  done
  quietly inside env container=lxc /debootstrap/debootstrap --second-stage
fi

install -m 644 "$parts/clock.service" "$root/etc/systemd/system"
install -m 755 "$parts/setClock.sh" "$root/usr/local/sbin/set-clock"
install -m 644 "$parts/processor.service" "$root/etc/systemd/system"
install -m 755 "$parts/setProcessor.sh" "$root/usr/local/sbin/set-processor"
install -m 644 "$parts/regenerate_ssh_host_keys.service" "$root/etc/systemd/system"
install -m 755 "$parts/regenerateHostKeys.sh" "$root/usr/local/sbin/regenerate-host-keys"
install -D -m 644 -t "$root/etc/systemd/network" "$parts/10-eth0.link"
install -D -m 644 -t "$root/etc/cloud/cloud.cfg.d" "$parts/99_raspberry-pi.cfg" "$parts/90_lab.cfg"
install -D -m 644 "$parts/coldplug.conf" "$root/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf"
ssh-keygen -q -t ed25519 -N '' -C 'lab of virtual boards' -f "$folder/id_ed25519"
quietly inside sh -s <"$parts/setUp.sh"

cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/boot/initrd.img-* "$folder/initrd.img"
# FAT32 as on Raspberry Pi OS: 256 MiB.
quietly inside mkfs.vfat -C -F 32 -n BOOTFS /boot.img 262144
mv "$root/boot.img" "$folder/boot.img"
mke2fs -q -t ext4 -L card -d "$root" "$folder/root.img" 8G
cp "$root/var/lib/dpkg/status" "$folder/dpkg-status"
rm -rf "$root" "$folder/log"
