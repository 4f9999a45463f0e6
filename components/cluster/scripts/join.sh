#!/usr/bin/env bash
# Lets the board join, with a token that its control plane takes for some minutes only.

# A try that was cut off after the cluster had let the board in.
is_let_in() {
  [ -e "$ROOT/etc/kubernetes/kubelet.conf" ] && [ -e "$ROOT/var/lib/kubelet/config.yaml" ] && [ "$ROLE" = worker ] &&
    kubectl --kubeconfig "$ROOT/etc/kubernetes/kubelet.conf" --request-timeout=30s get node "$BOARD"
}

join() {
  if ! is_let_in >/dev/null 2>&1; then
    start_afresh
    quietly kubeadm join --config "$(printf '%s' "$JOIN" | private join.yaml)" ||
      fail "kubeadm join failed" "see the lines above and: journalctl -u kubelet -e; then run pulumi up again"
  fi
  mark_done
}

promises() {
  if ! in_cluster && lacking "the board is not in the cluster"; then join; fi
  if ! in_cluster; then return; fi
  if ! systemctl -q is-active kubelet && lacking "the kubelet does not run"; then quietly systemctl restart kubelet; fi
  if ! holds 300 kubelet_healthy; then lacking "the kubelet is not healthy" "see: journalctl -u kubelet -e" || true; fi
}

undo() { leave_cluster; }

phase "$@"
