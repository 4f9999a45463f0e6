#!/usr/bin/env bash
# Prints a kubeconfig with an administrator's certificate for a year; nothing else. PERIOD has it made anew.

if [ "$1" = apply ]; then
  kubeadm kubeconfig user --config "$DOCUMENTS/kubeadm.yaml" --client-name bramble --org kubeadm:cluster-admins \
    --validity-period 8760h 2>"$WORK/output" </dev/null || {
    tail -n 5 "$WORK/output" >&2
    fail "no kubeconfig can be made" "see that the control plane has /etc/kubernetes/pki/ca.key"
  }
fi
