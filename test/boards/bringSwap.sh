#!/usr/bin/env bash
# Gives a fresh card swap, as some images have it.
set -euo pipefail
fallocate -l 16M /swap.img
chmod 600 /swap.img
mkswap -q /swap.img
swapon /swap.img
echo '/swap.img none swap sw 0 0' >>/etc/fstab
systemctl daemon-reload
sync
