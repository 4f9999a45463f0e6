#!/usr/bin/env bash
# The board's own part of its kubelet's configuration, which kubeadm lays over the cluster's at every init, join
# and upgrade. On a board that is in the cluster it is laid over now, and the kubelet started again with it: its
# pods go on running. What is laid over a control plane's manifests is put here too, for the steps that write them.

patch=$DOCUMENTS/patches/kubeletconfiguration0+merge.yaml
manager_patch=$DOCUMENTS/patches/kube-controller-manager0+strategic.yaml
# The patch that the kubelet runs with.
applied=$STATE/kubelet-patch

desired_state() {
  printf '%s' "$KUBELET_PATCH" | file "$patch"
  printf '%s' "$UPGRADE" | file "$DOCUMENTS/upgrade.yaml"
  if [ -n "$CONTROLLER_MANAGER_PATCH" ]; then printf '%s' "$CONTROLLER_MANAGER_PATCH" | file "$manager_patch"; else absent "$manager_patch"; fi
  if in_cluster; then
    if ! cmp -s "$ROOT$patch" "$applied" && needs_change "the kubelet is running with a different configuration"; then
      quietly kubeadm upgrade node phase kubelet-config --config "$ROOT$DOCUMENTS/upgrade.yaml"
      quietly systemctl restart kubelet
      cp "$ROOT$patch" "$applied"
    fi
    if ! holds 300 kubelet_healthy && needs_change "the kubelet is not healthy" "see: journalctl -u kubelet -e"; then
      quietly systemctl restart kubelet
      wait_for 300 kubelet_healthy || true
    fi
  elif ! checking; then
    # kubeadm takes it up when the board joins.
    mkdir -p "$STATE"
    cp "$ROOT$patch" "$applied"
  fi
}

remove() {
  absent "$patch"
  absent "$manager_patch"
  absent "$DOCUMENTS/upgrade.yaml"
  rm -f "$applied"
}

phase "$@"
