#!/bin/sh
# Runs inside the card's root folder, to make a board of a Debian.
set -eu

# The home folder is there already, with the key in it.
useradd --no-create-home --shell /bin/bash pi
chown -R pi:pi /home/pi
chmod 700 /home/pi/.ssh
echo 'pi ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/pi
chmod 440 /etc/sudoers.d/pi
echo 'PasswordAuthentication no' >/etc/ssh/sshd_config.d/lab.conf
echo 'LABEL=card / ext4 defaults,errors=remount-ro 0 1' >/etc/fstab
mkdir -p /boot/firmware /etc/systemd/network
systemctl enable systemd-networkd clock processor
for release in /lib/modules/*; do
  depmod "$(basename "$release")"
done

# They would look for a package server while a test runs.
systemctl disable apt-daily.timer apt-daily-upgrade.timer
# What a virtual board has no use for. Emulated, each program of a start takes about half a second.
systemctl disable getty@.service e2scrub_reap.service systemd-networkd-persistent-storage.service
systemctl mask serial-getty@ttyS0.service sys-kernel-debug.mount sys-kernel-tracing.mount \
  systemd-network-generator.service systemd-udev-load-credentials.service \
  modprobe@configfs.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service
# sshd's generator loads modules for virtual sockets that lead nowhere.
mkdir -p /etc/systemd/system-generators
ln -s /dev/null /etc/systemd/system-generators/systemd-ssh-generator

# Each board has its own.
rm -f /etc/ssh/ssh_host_* /etc/resolv.conf /etc/hostname /etc/hosts /etc/apt/sources.list
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb
# Empty, and not missing: a board then makes its own, without the work of a first boot.
: >/etc/machine-id
# No caches to make anew either.
touch /etc/.updated /var/.updated
