#!/usr/bin/env bash
# Name servers that pods can use, and ports that nobody else uses.

# taken: of PORTS those on which a program listens. A pod's host port would take its connections from it without a
# word (k3s-io/k3s#2403).
taken() {
  { as_root ss -Hlntup 2>/dev/null || true; } | awk -v ports=" $PORTS " '
    { port = $5; sub(/.*:/, "", port); port = port "/" $1 }
    index(ports, " " port " ") {
      program = match($0, /\(\("[^"]+/) ? substr($0, RSTART + 3, RLENGTH - 3) : "unknown program"
      print port " (" program ")"
    }' | sort -u
}

port_obstacles() {
  local found
  if set_up; then return; fi
  found=$(taken | listed)
  if [ -n "$found" ]; then
    obstacle "programs listen on ports that the cluster needs: $found; they would become unreachable" \
      "move them to other ports or disable them; or remove the board from the settings"
  fi
}

resolver_obstacles() {
  local file=/etc/resolv.conf servers own
  # What the kubelet hands to pods: kubeadm names systemd-resolved's list where that runs
  # (cmd/kubeadm/app/componentconfigs/kubelet.go).
  if systemctl -q is-active systemd-resolved; then file=/run/systemd/resolve/resolv.conf; fi
  servers=$(awk '$1 == "nameserver" { print $2 }' "$ROOT$file" 2>/dev/null || true)
  own=$(grep -E '^(127\.|::1$)' <<<"$servers" | paste -sd' ' || true)
  if [ -z "$servers" ]; then
    obstacle "$file has no nameserver: CoreDNS would not start, and pods could not resolve names" "set one by DHCP or by hand: nameserver 192.168.1.1 (your router) in $file"
  elif [ -n "$own" ]; then
    obstacle "$file has the board itself as nameserver ($own); in a pod that address is the pod, so CoreDNS would forward to itself and stop" \
      "use your router or another server instead: sudo nmcli connection modify CONNECTION ipv4.dns 192.168.1.1 ipv4.ignore-auto-dns yes, or DNS= in /etc/systemd/resolved.conf; a DNS server on this board may stay"
  fi
}
