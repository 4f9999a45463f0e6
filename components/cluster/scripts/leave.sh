#!/usr/bin/env bash
# For the steps that take a board out of its cluster.

# Rules of iptables without those of Kubernetes.
without_rules() { grep -vE 'KUBE-|CNI-|CNI-HOSTPORT|FLANNEL|flannel' || true; }

# What `kubeadm reset` leaves: its own documentation says so of network and kubeconfigs.
clear_network() {
  local link family
  for link in cni0 flannel.1 kube-ipvs0; do
    if [ -e "$ROOT/sys/class/net/$link" ]; then quietly ip link delete "$link"; fi
  done
  for family in iptables ip6tables; do
    if command -v "$family-save" >/dev/null; then
      "$family-save" 2>/dev/null | without_rules >"$WORK/rules"
      quietly "$family-restore" "$WORK/rules" || true
    fi
  done
  if command -v nft >/dev/null; then
    for family in ip ip6; do
      nft delete table "$family" kube-proxy 2>/dev/null || true
    done
  fi
}

leave_cluster() {
  # A first try that was cut off before it began has changed nothing.
  if ! in_cluster && ! [ -e "$BEGUN_MARK" ]; then return; fi
  quietly kubeadm reset --force --cri-socket=unix:///run/containerd/containerd.sock ||
    fail "kubeadm reset failed" "see the lines above; a board that is to be flashed anew can be marked dead: true"
  rm -rf "$ROOT/etc/cni/net.d/10-flannel.conflist" "$ROOT/var/lib/cni" "$ROOT/run/flannel" "$ROOT/etc/kubernetes/pki" \
    "$ROOT/var/lib/bramble-store/.ssh/authorized_keys" "$ROOT/etc/bramble/kubeadm/kubeadm.yaml" "$ROOT/etc/bramble/kubeadm/patches/corednsdeployment0+merge.yaml"
  clear_network
  rm -f "$DONE_MARK" "$BEGUN_MARK"
}
