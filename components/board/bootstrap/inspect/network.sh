#!/usr/bin/env bash
# Name servers that pods can use.

# What the kubelet hands to pods: kubeadm names systemd-resolved's list where that runs
# (cmd/kubeadm/app/componentconfigs/kubelet.go).
resolver_file() { if systemctl -q is-active systemd-resolved; then echo /run/systemd/resolve/resolv.conf; else echo /etc/resolv.conf; fi; }

network_obstacles() {
  local file servers own
  file=$(resolver_file)
  servers=$(awk '$1 == "nameserver" { print $2 }' "$ROOT$file" 2>/dev/null || true)
  own=$(grep -E '^(127\.|::1$)' <<<"$servers" | paste -sd' ' || true)
  if [ -z "$servers" ]; then
    stands_in_the_way "$file names no server: CoreDNS would not start, and pods know no names" "have the board told one, by DHCP or by hand: nameserver 192.168.1.1 (your router) in $file"
  elif [ -n "$own" ]; then
    stands_in_the_way "$file names the board itself ($own); in a pod that is the pod, and CoreDNS stops because it asks itself" \
      "name your router or another server in its place: sudo nmcli connection modify CONNECTION ipv4.dns 192.168.1.1 ipv4.ignore-auto-dns yes, or DNS= in /etc/systemd/resolved.conf; a DNS server on this board may stay"
  fi
}
