#!/usr/bin/env bash
# Answers a kubeconfig with an administrator's certificate for a year. PERIOD has it made anew. SERVER is its server;
# empty: the cluster's endpoint.

# Only what makes it can be looked at: the board keeps none.
desired_state() {
  if [ ! -s "$ROOT/etc/kubernetes/pki/ca.key" ]; then
    needs_change "the control plane has no /etc/kubernetes/pki/ca.key, which signs kubeconfigs" \
      "restore pki/ca.key from the tar file of a snapshot" || true
    return
  fi
  # After a year off no kubeconfig helps before the certificates are renewed, and the timer may not have come to it.
  if applying && [ -e "$ROOT$CERTIFICATES" ]; then renew_certificates; fi
  if ! verifying; then return; fi
  kubeadm kubeconfig user --config "$ROOT$DOCUMENTS/kubeadm.yaml" --client-name bramble --org kubeadm:cluster-admins \
    --validity-period 8760h >"$WORK/kubeconfig" 2>"$WORK/output" </dev/null || {
    tail -n 5 "$WORK/output" >&2
    fail "kubeadm can't create a kubeconfig" "see the output above, and check that $DOCUMENTS/kubeadm.yaml exists"
  }
  # Asked for the first time, the API server of a slow board describes itself within a minute or two. Pulumi's provider
  # waits 32 s for that (client-go's discovery), and then calls the cluster unreachable.
  if kube get --raw /readyz >/dev/null 2>&1; then wait_for 300 kube explain pods --output=plaintext-openapiv2 || true; fi
  if [ -n "$SERVER" ]; then quietly kubectl config --kubeconfig "$WORK/kubeconfig" set-cluster kubernetes --server="$SERVER"; fi
  answer <"$WORK/kubeconfig"
}

phase "$@"
