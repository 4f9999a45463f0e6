#!/bin/sh
# Builds what virtual boards start from, in the folder given: card.img, and kernels for both kinds of machine.
# What differs from board to board (name, keys, address) is written to its copy of the card (card.ts).
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

# What a fresh Debian card has, and no more: no curl, no gnupg, no container runtime. And what the initial file
# system is made with.
packages=linux-image-cloud-amd64,systemd,systemd-sysv,systemd-timesyncd,linux-sysctl-defaults,dbus,udev,kmod
packages=$packages,e2fsprogs,procps,tzdata,netbase,iproute2,iputils-ping,openssh-server,sudo,ca-certificates
packages=$packages,initramfs-tools,lz4
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
install -D -m 644 "$parts/coldplug.conf" "$root/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf"
ssh-keygen -q -t ed25519 -N '' -C 'lab of virtual boards' -f "$folder/id_ed25519"
install -D -m 644 "$folder/id_ed25519.pub" "$root/home/pi/.ssh/authorized_keys"
chroot "$root" sh -s <"$parts/setUp.sh" >"$folder/log" 2>&1 || {
  tail -n 5 "$folder/log" >&2
  exit 1
}

cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/boot/initrd.img-* "$folder/initrd.img"
mke2fs -q -t ext4 -L card -d "$root" "$folder/card.img" 8G
cp "$root/var/lib/dpkg/status" "$folder/dpkg-status"
rm -rf "$root" "$folder/log"
