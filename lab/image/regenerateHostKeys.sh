#!/bin/sh
# The first start's new host keys; later starts keep them.
set -eu
rm -f /etc/ssh/ssh_host_*_key*
ssh-keygen -A
systemctl --quiet disable regenerate_ssh_host_keys
