#!/usr/bin/env bash
# Name servers that pods can use, and ports that nobody else uses.

# What the kubelet hands to pods: kubeadm names systemd-resolved's list where that runs
# (cmd/kubeadm/app/componentconfigs/kubelet.go).
resolver_file() { if systemctl -q is-active systemd-resolved; then echo /run/systemd/resolve/resolv.conf; else echo /etc/resolv.conf; fi; }

# taken: of PORTS those on which a program listens. A pod's host port would take its connections from it without a
# word (k3s-io/k3s#2403).
taken() {
  { as_root ss -Hlntup 2>/dev/null || true; } | awk -v ports=" $PORTS " '
    { port = $5; sub(/.*:/, "", port); port = port "/" $1 }
    index(ports, " " port " ") {
      program = match($0, /\(\("[^"]+/) ? substr($0, RSTART + 3, RLENGTH - 3) : "of some program"
      print port " (" program ")"
    }' | sort -u
}

inspect_ports() {
  local found
  if set_up; then return; fi
  found=$(taken | listed)
  if [ -n "$found" ]; then
    stands_in_the_way "programs listen on ports that the cluster takes: $found; nobody would reach them any more" \
      "give them other ports, or end them for good; or take the board out of bramble:boards"
  fi
}

network_obstacles() {
  inspect_resolver
  inspect_ports
}

inspect_resolver() {
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
