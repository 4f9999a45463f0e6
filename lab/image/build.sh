#!/bin/sh
# Builds what virtual boards start from, in the folder given: a card's partitions, and kernels for both kinds of machine.
# What a board is to be (name, user, keys, address) is written to the boot partition of its copy (card.ts), where
# cloud-init finds it.
#
# usage: build.sh FOLDER MIRROR, where FOLDER is empty, as root
set -eu
folder=$1
mirror=$2
parts=$(dirname "$0")
root=$folder/root

# Emulated, each file of the initial file system costs: only what finds the root file system.
install -d "$root/etc/initramfs-tools/conf.d" "$root/usr/share/initramfs-tools/modules.d"
printf '%s\n' MODULES=list COMPRESS=lz4 >"$root/etc/initramfs-tools/conf.d/lab"
echo virtio_blk >"$root/usr/share/initramfs-tools/modules.d/lab"

# What a fresh card of Raspberry Pi OS has, and no more: no curl, no gnupg, no container runtime. Its netplan hands
# over to NetworkManager, this one to networkd. And what the initial file system is made with.
packages=linux-image-cloud-amd64,systemd,systemd-sysv,systemd-timesyncd,linux-sysctl-defaults,dbus,udev,kmod
packages=$packages,e2fsprogs,procps,tzdata,netbase,iproute2,iputils-ping,openssh-server,sudo,ca-certificates
packages=$packages,cloud-init,netplan.io,dosfstools,initramfs-tools,lz4
debootstrap --force-check-gpg --variant=minbase --include="$packages" trixie "$root" "$mirror" \
  >"$folder/log" 2>&1 || {
  tail -n 5 "$folder/log" >&2
  exit 1
}
sh "$parts/userMode.sh" "$folder" "$root" "$mirror"

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
chroot "$root" sh -s <"$parts/setUp.sh" >"$folder/log" 2>&1 || {
  tail -n 5 "$folder/log" >&2
  exit 1
}

cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/boot/initrd.img-* "$folder/initrd.img"
# FAT32 as on Raspberry Pi OS: 256 MiB.
chroot "$root" mkfs.vfat -C -F 32 -n BOOTFS /boot.img 262144 >"$folder/log"
mv "$root/boot.img" "$folder/boot.img"
mke2fs -q -t ext4 -L card -d "$root" "$folder/root.img" 8G
cp "$root/var/lib/dpkg/status" "$folder/dpkg-status"
rm -rf "$root" "$folder/log"
