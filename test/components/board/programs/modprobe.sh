#!/bin/bash
# Stands in for modprobe on a scratch board, whose folder is $ROOT.
net=$ROOT/proc/sys/net
mkdir -p "$net/bridge" "$net/netfilter"
: >"$net/netfilter/nf_conntrack_max"
echo "nodev overlay" >"$ROOT/proc/filesystems"
echo 0 | tee "$net/bridge/bridge-nf-call-iptables" >"$net/bridge/bridge-nf-call-ip6tables"
for module; do mkdir -p "$ROOT/sys/module/${module#-a}"; done
