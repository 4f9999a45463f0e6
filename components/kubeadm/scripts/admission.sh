#!/usr/bin/env bash
# Admits one board: its token is valid from now on, until the board has joined or the time is up. Runs on a control
# plane while the board itself joins.

secret=bootstrap-token-${TOKEN%.*}
# By which the board says that it is still trying. The token allows nothing else of bramble's.
lease=bramble-join-$NODE

# On standard input only: a command line can be seen by anybody on the board.
objects() {
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
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: $lease, namespace: kube-system }
spec: { holderIdentity: waiting }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: $lease, namespace: kube-system }
rules:
  - { apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [$lease], verbs: [get, patch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: $lease, namespace: kube-system }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: $lease }
subjects:
  - { apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:bootstrap:${TOKEN%.*}" }
YAML
}

# A control plane needs the certificate authorities too, encrypted with a key that it has already.
certificates() {
  sed "0,/^kind: InitConfiguration/s//&\\ncertificateKey: $CERTIFICATE_KEY/" "$ROOT$DOCUMENTS/kubeadm.yaml" | private certificates.yaml
}

admit() { objects | kube apply --server-side --force-conflicts -f -; }

end_admission() {
  kube -n kube-system delete --ignore-not-found "secret/$secret" "rolebinding/$lease" "role/$lease" "lease/$lease" >/dev/null 2>&1 || true
  rm -rf "$WORK"
}

# Whether its kubelet says each 10 s that it is there. After a year off it can't: its certificate has ended, and it
# needs the token for another one.
node_heard() {
  local heard
  [ -n "$(kube get node "$NODE" --ignore-not-found -o name)" ] || return 1
  heard=$(kube -n kube-node-lease get lease "$NODE" --ignore-not-found -o 'jsonpath={.spec.renewTime}')
  [ -n "$heard" ] && [ $(($(date +%s) - $(date -d "$heard" +%s))) -lt 180 ]
}

# Until the node is there; no longer than the board itself tries, so that a join that fails does not hold up
# everything else.
await_join() {
  local sign last="waiting " heard=$((SECONDS + DIALLING)) end=$((SECONDS + VALID))
  until node_heard 2>/dev/null; do
    sign=$(kube -n kube-system get lease "$lease" -o 'jsonpath={.spec.holderIdentity} {.spec.renewTime}' 2>/dev/null || true)
    # An API server that does not answer hears nothing either.
    if [ -z "$sign" ] || [ "$sign" != "$last" ]; then heard=$SECONDS; fi
    last=$sign
    case $sign in failed*) fail "$NODE failed to join" "see the error of its step join, then run pulumi up again" ;; esac
    if [ "$SECONDS" -ge "$end" ]; then
      fail "$NODE has not joined within $VALID s" "see the error of its step join, then run pulumi up again"
    fi
    if [ $((SECONDS - heard)) -ge "$SILENCE" ]; then
      fail "$NODE has not joined and has sent nothing for $SILENCE s" "check its power and network, then run pulumi up again"
    fi
    # As often as the board gives a sign: each look takes a second of a slow board's processor, which the cluster is made with.
    sleep 10
  done
}

desired_state() {
  # Before there is a cluster nobody can join it.
  if ! in_cluster; then return; fi
  if ! node_heard && needs_change "$NODE is not in the cluster, or its kubelet does not report"; then
    trap end_admission EXIT
    steadily admit
    if [ "$ROLE" = controlPlane ]; then quietly kubeadm init phase upload-certs --upload-certs --config "$(certificates)"; fi
    await_join
  fi
}

phase "$@"
