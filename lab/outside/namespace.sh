#!/bin/sh
# The first process of a namespace: with it all others in there end, and it ends when its input does, which the kernel
# closes however the process that holds it ends.
#
# usage: namespace.sh RESOLVER
set -eu

# This machine's own files name servers that can't be reached from here.
mount -t tmpfs tmpfs /mnt
echo "nameserver $1" >/mnt/resolv.conf
echo "hosts: files dns" >/mnt/nsswitch.conf
mount --bind /mnt/resolv.conf /etc/resolv.conf
mount --bind /mnt/nsswitch.conf /etc/nsswitch.conf

ip link set lo up
# A router that knows no way says so, and nobody has to wait for a time limit.
echo 1 >/proc/sys/net/ipv4/ip_forward
# What claims to come from an address to which another way leads is dropped, as providers do (RFC 2827).
echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter

echo ready
exec cat >/dev/null
