#!/usr/bin/env bash
# Lets the board join, with a token that its control plane takes for some minutes only.

# A try that was cut off after the cluster had let the board in.
is_let_in() {
  [ -e "$ROOT/etc/kubernetes/kubelet.conf" ] && [ -e "$ROOT/var/lib/kubelet/config.yaml" ] && [ "$ROLE" = worker ] &&
    kubectl --kubeconfig "$ROOT/etc/kubernetes/kubelet.conf" --request-timeout=30s get node "$BOARD"
}

# tell KUBECONFIG WORD: to the control plane, which lets the board in for as long as it hears of it.
tell() {
  kubectl --kubeconfig "$1" --request-timeout=20s -n kube-system patch lease "bramble-join-$BOARD" --type=merge \
    --patch "{\"spec\":{\"holderIdentity\":\"$2\",\"renewTime\":\"$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)\"}}" >/dev/null 2>&1 || true
}

# It holds neither the lock nor the connection.
keep_telling() {
  while kill -0 $$ 2>/dev/null; do
    tell "$1" joining
    sleep 10
  done
} </dev/null >/dev/null 2>&1 9>&-

join() {
  local access
  if ! is_let_in >/dev/null 2>&1; then
    start_afresh
    access=$(printf '%s' "$ADMISSION" | private admission.yaml)
    keep_telling "$access" &
    # shellcheck disable=SC2064 # This very process, whatever is started later.
    trap "kill $! 2>/dev/null || true; rm -rf \"\$WORK\"" EXIT
    quietly kubeadm join --config "$(printf '%s' "$JOIN" | private join.yaml)" || {
      tell "$access" failed
      fail "kubeadm join failed" "see the lines above and: journalctl -u kubelet -e; then run pulumi up again"
    }
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
