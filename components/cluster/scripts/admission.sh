#!/usr/bin/env bash
# Lets one board in: its token is valid from now on, until the board is there or the time is up. Runs on the
# first control plane while the board itself joins.

secret=bootstrap-token-${TOKEN%.*}

# It works beside other steps on this board and changes nothing of it.
lock() { :; }

# On standard input only: a command line can be seen by anybody on the board.
token() {
  cat <<YAML
apiVersion: v1
kind: Secret
metadata: { name: $secret, namespace: kube-system }
type: bootstrap.kubernetes.io/token
stringData:
  token-id: "${TOKEN%.*}"
  token-secret: "${TOKEN#*.}"
  expiration: "$(date -u -d "+$VALID seconds" +%Y-%m-%dT%H:%M:%SZ)"
  usage-bootstrap-authentication: "true"
  usage-bootstrap-signing: "true"
  auth-extra-groups: system:bootstrappers:kubeadm:default-node-token
YAML
}

# A control plane needs the certificate authorities too, encrypted with a key that it has already.
certificates() {
  printf '%s' "$KUBEADM" | sed "0,/^kind: InitConfiguration/s//&\\ncertificateKey: $CERTIFICATE_KEY/" | private certificates.yaml
}

admit() {
  trap 'kube -n kube-system delete secret "$secret" --ignore-not-found >/dev/null 2>&1 || true; rm -rf "$WORK"' EXIT
  token | quietly_with_input kube apply --server-side --force-conflicts -f -
  if [ "$ROLE" = controlPlane ]; then quietly kubeadm init phase upload-certs --upload-certs --config "$(certificates)"; fi
  wait_for "$VALID" node_exists "$NODE" ||
    fail "$NODE has not joined within $VALID s" "see what its own step says, then run pulumi up again"
}

quietly_with_input() {
  "$@" >"$WORK/output" 2>&1 || {
    tail -n 5 "$WORK/output" >&2
    return 1
  }
}

promises() {
  if ! node_exists "$NODE" && lacking "$NODE is not in the cluster"; then admit; fi
}

undo() { :; }

phase "$@"
