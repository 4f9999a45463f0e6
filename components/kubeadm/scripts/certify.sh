#!/usr/bin/env bash
# For the step join; in front of it, behind kube.sh and pki.sh. The certificate by which the cluster knows the
# board's kubelet, which renews it while it runs. After a year off it has ended, and the kubelet does not start.

bootstrap=$KUBERNETES/bootstrap-kubelet.conf

has_certificate() {
  look "$KUBELET_CLIENT" 0
  [ -z "$PROBLEM" ] && grep -qs 'server: ' "$KUBERNETES/kubelet.conf"
}

set_aside() { mv "$1" "$1.broken-$(date -u +%Y%m%dT%H%M%SZ)"; }

# As at its first join the kubelet asks with the board's token, and writes kubelet.conf. Its node and pods stay.
ask_for_certificate() {
  local access
  # What can't be read keeps the kubelet from asking.
  if [ "$PROBLEM" = "can't be read" ]; then set_aside "$KUBELET_CLIENT"; fi
  if [ -e "$KUBERNETES/kubelet.conf" ] && ! grep -q 'server: ' "$KUBERNETES/kubelet.conf"; then set_aside "$KUBERNETES/kubelet.conf"; fi
  access=$(printf '%s' "$ADMISSION" | private admission.yaml)
  keep_telling "$access" &
  # shellcheck disable=SC2064 # This very process, whatever is started later.
  trap "kill $! 2>/dev/null || true; rm -rf \"\$WORK\" '$bootstrap'" EXIT
  (umask 077 && cp "$access" "$bootstrap")
  quietly systemctl restart kubelet
  wait_for 600 has_certificate || {
    tell "$access" failed
    fail "the cluster has not signed a new certificate for the kubelet" "see: journalctl -u kubelet -e; then run pulumi up again"
  }
  rm -f "$bootstrap"
}

# A control plane has the authority itself.
keep_certificate() {
  if has_certificate; then return; fi
  if needs_change "the kubelet's certificate ${KUBELET_CLIENT#"$ROOT"} ${PROBLEM:-has no kubelet.conf}"; then
    if [ "$ROLE" = controlPlane ]; then renew_certificates; else ask_for_certificate; fi
  fi
}
