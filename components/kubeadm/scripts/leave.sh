#!/usr/bin/env bash
# For the steps that take a board out of its cluster.

# What `kubeadm reset` leaves: its own documentation says so of network and kubeconfigs.
clear_network() {
  local link family
  for link in cni0 flannel.1 kube-ipvs0; do
    if [ -e "$ROOT/sys/class/net/$link" ]; then quietly ip link delete "$link"; fi
  done
  for family in iptables ip6tables; do
    if command -v "$family-save" >/dev/null; then
      # All rules but those of Kubernetes.
      "$family-save" 2>/dev/null | { grep -vE 'KUBE-|CNI-|CNI-HOSTPORT|FLANNEL|flannel' || true; } >"$WORK/rules"
      quietly "$family-restore" "$WORK/rules" || true
    fi
  done
  if command -v nft >/dev/null; then
    for family in ip ip6; do
      nft delete table "$family" kube-proxy 2>/dev/null || true
    done
  fi
}

# require_majority: etcd removes no member without which the others would have no quorum. kubeadm only warns of that, and takes
# this board's data nevertheless (cmd/kubeadm/app/cmd/phases/reset/removeetcdmember.go), and the cluster with it.
require_majority() {
  local members healthy
  members=$(in_etcd member list 2>/dev/null | wc -l) || true
  if [ "$members" -lt 2 ]; then return; fi
  healthy=$(in_etcd endpoint health --cluster 2>/dev/null | grep -c 'is healthy') || true
  if [ $((2 * (healthy - 1))) -le $((members - 1)) ]; then
    fail "only $healthy of $members etcd members are healthy: without this one etcd would lose its quorum, and the cluster could no longer change anything" \
      "start the control plane that is down (kubectl get nodes), then run pulumi up again. If it is permanently broken: add $BOARD to the settings again and run pulumi up; set dead: true for the broken one and run pulumi up; then remove $BOARD"
  fi
}

leave_cluster() {
  # A first try that was cut off before it began has changed nothing, and what came after one is not its work.
  if ! in_cluster && { ! [ -e "$BEGUN_MARK" ] || [ -n "$(made_since)" ]; }; then return; fi
  require_majority
  quietly kubeadm reset --force --cri-socket=unix:///run/containerd/containerd.sock ||
    fail "kubeadm reset failed" "see the output above; if you will flash the board again anyway, set dead: true for it"
  # Other networks are not bramble's.
  rm -rf "$ROOT/etc/cni/net.d/10-flannel.conflist" "$ROOT"/var/lib/cni/{flannel,networks/cbr0,results/cbr0-*} "$ROOT/run/flannel" "$ROOT/etc/kubernetes/pki" \
    "$ROOT/var/lib/bramble-store/.ssh/authorized_keys" "$ROOT/etc/bramble/kubeadm/kubeadm.yaml" "$ROOT/etc/bramble/kubeadm/patches/corednsdeployment0+merge.yaml"
  find "$ROOT/var/lib/cni" -depth -type d -empty -delete 2>/dev/null || true
  clear_network
  rm -rf "$STATE/kubectl" "$STATE/manifests" "$DONE_MARK" "$BEGUN_MARK"
}
