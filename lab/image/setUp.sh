#!/bin/sh
# Runs inside the card's root folder, to make of a Debian what a flashed card is: nobody can log in, SSH is off, and
# there is no address, until cloud-init finds on the boot partition what the board is to be.
set -eu

printf '%s\n' 'LABEL=card / ext4 defaults,errors=remount-ro 0 1' 'LABEL=BOOTFS /boot/firmware vfat defaults 0 2' >/etc/fstab
echo raspberrypi >/etc/hostname
printf '127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n' >/etc/hosts
mkdir -p /boot/firmware
# Kernel names, as on Raspberry Pi OS, so that QEMU's network device is eth0 too.
ln -s /dev/null /etc/systemd/network/99-default.link
systemctl enable systemd-networkd clock processor regenerate_ssh_host_keys
systemctl disable ssh
for release in /lib/modules/*; do
  depmod "$(basename "$release")"
done

# They would look for a package server while a test runs.
systemctl disable apt-daily.timer apt-daily-upgrade.timer
# What a virtual board has no use for. Emulated, each program of a start takes about half a second.
systemctl disable getty@.service e2scrub_reap.service systemd-networkd-persistent-storage.service
systemctl mask serial-getty@ttyS0.service serial-getty@ttyAMA0.service sys-kernel-debug.mount sys-kernel-tracing.mount \
  systemd-network-generator.service systemd-udev-load-credentials.service \
  modprobe@configfs.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service
# sshd's generator loads modules for virtual sockets that lead nowhere.
mkdir -p /etc/systemd/system-generators
ln -s /dev/null /etc/systemd/system-generators/systemd-ssh-generator

# Each board has its own.
rm -f /etc/ssh/ssh_host_* /etc/resolv.conf /etc/apt/sources.list
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb
# Empty, and not missing: a board then makes its own, without the work of a first boot.
: >/etc/machine-id
# No caches to make anew either.
touch /etc/.updated /var/.updated
