#!/usr/bin/env bash
# Brings a board to where a power cut has left dpkg: kubernetes-cni half unpacked, and kubelet waiting for it.
set -euo pipefail
awk '
  /^Package: / { package = $2 }
  /^Status: / && package == "kubernetes-cni" { $0 = "Status: install reinstreq half-installed" }
  /^Status: / && package == "kubelet" { $4 = "unpacked" }
  { print }
' /var/lib/dpkg/status >/var/lib/dpkg/status-bramble
mv /var/lib/dpkg/status-bramble /var/lib/dpkg/status
rm /var/lib/dpkg/info/kubernetes-cni.* /opt/cni/bin/loopback
