#!/usr/bin/env bash
# Prints what a board is, one fact in a line, sorted. Reads only, as root.
set -euo pipefail
export LC_ALL=C

folders=(/boot /boot/firmware /etc /home /opt /root /usr/local /var/lib/bramble /var/spool)
# Written by each boot or by programs as they run, whatever bramble does; and each card's own.
changing=(-name 'ssh_host_*' -o -name 50-cloud-init.yaml -o -path '/boot/firmware/*-*' -o -path /etc/bramble/card -o -name 90-cloud-init-users -o -name ld.so.cache -o -name '.updated' -o -name rebooted-from -o -name machine-id -o -name 'adjtime' -o -name '*.pem.bak')
for folder in "${folders[@]}"; do
  [ -d "$folder" ] || continue
  find "$folder" -xdev -type f ! \( "${changing[@]}" \) -exec sha256sum {} + | sed 's/^/content /'
  find "$folder" -xdev ! \( "${changing[@]}" \) -printf 'file %p %y %m %u:%g %l\n'
done
find /usr -xdev -path /usr/local -prune -o -name __pycache__ -prune -o \( -type f -o -type l \) -printf 'program %p %s %m %l\n'
dpkg-query --show --showformat='package ${binary:Package} ${Version} ${db:Status-Status} ${db:Status-Want}\n'
apt-mark showhold | sed 's/^/hold /'
# Each package's marks: an automatic one could be removed by the next autoremove.
apt-mark showauto | sed 's/^/automatic /'
systemctl list-unit-files --no-legend --plain --type=service,socket,swap,timer | awk '{ print "unit", $1, $2 }'
for unit in containerd kubelet ssh systemd-timesyncd; do
  echo "runs $unit $(systemctl is-enabled "$unit" 2>/dev/null || true)"
done
sysctl net.ipv4.ip_forward
sysctl net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables 2>/dev/null || true
awk 'NR > 1 { print "swap", $1 }' /proc/swaps
hostname | sed 's/^/name /'
awk '$2 == "/" { print "root", $3, $4 }' /proc/mounts
sed 's/^/controllers /' /sys/fs/cgroup/cgroup.controllers
