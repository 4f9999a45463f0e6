#!/usr/bin/env bash
# The kubelet of a board that is in the cluster, in the cluster's version. The board is drained.

bring() {
  if [ "$FIRST" = 0 ]; then
    writing_manifests quietly kubeadm upgrade node --config "$ROOT$DOCUMENTS/upgrade.yaml" ||
      fail "kubeadm upgrade node failed" "see the output above, then run pulumi up again: it resumes here"
  fi
  refresh_packages
  install_packages "kubelet=$VERSION-*" "kubectl=$VERSION-*"
  quietly systemctl daemon-reload
  quietly systemctl restart kubelet
  # A kubelet of another minor version starts every pod again, the control plane's too.
  if [ -e "$ROOT/etc/kubernetes/manifests/kube-apiserver.yaml" ]; then
    wait_for 600 api_settled || fail "the API server has not restarted with the new kubelet" "see: journalctl -u kubelet -e; tail /var/log/pods/kube-system_kube-apiserver-*/*/*.log"
  fi
}

# With what a further control plane's programs run.
programs=$STATE/programs
# kubeadm writes it for everybody to read, and leaves its mode as it is from then on.
kubelet_config=/var/lib/kubelet/config.yaml

is_private() { ! [ -e "$ROOT$1" ] || [ "$(stat -c %a "$ROOT$1")" = 600 ]; }

desired_state() {
  repair_packages
  if ! { has_version kubelet "$VERSION" && has_version kubectl "$VERSION"; } && needs_change "the kubelet is $(installed kubelet)"; then bring; fi
  hold kubelet kubectl
  if ! is_private "$kubelet_config" && needs_change "$kubelet_config can be read by every user of the board"; then chmod 600 "$ROOT$kubelet_config"; fi
  if [ -n "$PROGRAMS" ] && [ "$(cat "$programs" 2>/dev/null)" != "$PROGRAMS" ] &&
    needs_change "the control plane runs with different arguments"; then
    writing_manifests quietly kubeadm upgrade node phase control-plane --config "$ROOT$DOCUMENTS/upgrade.yaml"
    echo "$PROGRAMS" >"$programs"
  fi
  if ! holds 300 kubelet_healthy; then needs_change "the kubelet is not healthy" "see: journalctl -u kubelet -e" || true; fi
}

phase "$@"
