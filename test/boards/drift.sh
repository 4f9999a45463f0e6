#!/usr/bin/env bash
# Changes by hand some of what bramble keeps.
set -euo pipefail
sed -i 's/^#bramble# //' /etc/fstab
swapon /swap.img
apt-mark unhold kubelet
sysctl -q net.ipv4.ip_forward=0
