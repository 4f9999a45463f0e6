#!/usr/bin/env bash
# The first control plane: made by `kubeadm init`, later brought to another version or other arguments of its
# programs by kubeadm's own phases for it.

manifests=/etc/kubernetes/manifests
# With what the programs run.
running=$STATE/control-plane.yaml

# `again` where a cluster was made here before: then a board without one is a new machine in its place.
known=${2:-}

wanted() { [ "$(running_version)" = "v$VERSION" ]; }

running_version() {
  kube -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' |
    awk '$1 == "kubernetesVersion:" { print $2 }'
}

begin() {
  if [ "$known" = again ]; then
    fail "it was the control plane of a cluster and has nothing of it any more" "restore it: docs/cluster.md, \"A control plane is lost\""
  fi
  start_afresh
  quietly kubeadm init --config "$ROOT$documents/kubeadm.yaml" --skip-token-print --skip-certificate-key-print ||
    fail "kubeadm init failed" "see the lines above and: journalctl -u kubelet -e; then run pulumi up again"
  cp "$ROOT$documents/kubeadm.yaml" "$running"
  mark_done
}

upgrade() {
  snapshot "before-$VERSION"
  quietly kubeadm upgrade apply --yes --config "$ROOT$documents/upgrade.yaml" "v$VERSION" ||
    fail "kubeadm upgrade apply v$VERSION failed" "see the lines above, then run pulumi up again: it goes on from here"
}

# snapshot NAME: of etcd, beside its data.
snapshot() {
  mkdir -p "$STATE/snapshots"
  quietly in_etcd snapshot save /var/lib/etcd/bramble-snapshot.db
  mv "$ROOT/var/lib/etcd/bramble-snapshot.db" "$STATE/snapshots/$1.db"
  sync
}

restarted() { [ -n "$(pidof "$1")" ] && [ "$(pidof "$1")" != "$2" ]; }

# One program after the other, each back before the next.
reconfigure() {
  local part name before
  quietly kubeadm init phase upload-config kubeadm --config "$ROOT$documents/kubeadm.yaml"
  for part in etcd:local control-plane:apiserver control-plane:controller-manager control-plane:scheduler; do
    case $part in
      etcd:*) name=etcd ;;
      *) name=kube-${part#*:} ;;
    esac
    before=$(pidof "$name" || true)
    cp "$ROOT$manifests/$name.yaml" "$WORK/before"
    quietly kubeadm init phase "${part%:*}" "${part#*:}" --config "$ROOT$documents/kubeadm.yaml"
    if ! cmp -s "$WORK/before" "$ROOT$manifests/$name.yaml"; then
      wait_for 600 restarted "$name" "$before" ||
        fail "$name does not start with its new arguments" "see: tail /var/log/pods/kube-system_$name-*/*/*.log"
      wait_for 600 api_ready || fail "the API server is not ready after a change of $name" "see: tail /var/log/pods/kube-system_kube-apiserver-*/*/*.log"
    fi
  done
  cp "$ROOT$documents/kubeadm.yaml" "$running"
}

promises() {
  printf '%s' "$KUBEADM" | file "$documents/kubeadm.yaml"
  printf '%s' "$COREDNS_PATCH" | file "$documents/patches/corednsdeployment0+merge.yaml"
  if ! in_cluster && lacking "there is no control plane"; then begin; fi
  if ! in_cluster; then return; fi
  if ! holds 600 api_ready; then
    lacking "the API server is not ready" "see: journalctl -u kubelet -e; tail /var/log/pods/kube-system_kube-apiserver-*/*/*.log" || true
    return
  fi
  if ! wanted && lacking "the control plane is $(running_version)"; then upgrade; fi
  if ! cmp -s "$ROOT$documents/kubeadm.yaml" "$running" && lacking "the control plane runs with other arguments"; then reconfigure; fi
}

undo() {
  leave_cluster
  rm -f "$running"
}

phase "$@"
