#!/usr/bin/env bash
# For the steps of a cluster; in front of them, behind prelude.sh.

admin=/etc/kubernetes/admin.conf
export DOCUMENTS=/etc/bramble/kubeadm
# That kubeadm has done its work here to the end.
export DONE_MARK=$STATE/in-cluster

# kube ARGUMENT…: kubectl as the cluster's administrator; on a control plane.
kube() { kubectl --kubeconfig "$ROOT$admin" --request-timeout=60s "$@"; }

# wait_for SECONDS COMMAND…: until it holds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then return 1; fi
    sleep 2
  done
}

# Whether this is so; where something is being changed, within SECONDS.
# holds SECONDS COMMAND…
holds() {
  local seconds=$1
  shift
  if checking; then "$@" >/dev/null 2>&1; else wait_for "$seconds" "$@"; fi
}

api_ready() { kube get --raw=/readyz; }

# Whether the API server is there to stay: one that is about to be started again still answers.
api_settled() {
  local look
  for look in 1 2 3 4 5; do
    api_ready || return 1
    if [ "$look" != 5 ]; then sleep 4; fi
  done
}

node_exists() { [ -n "$(kube get node "$1" --ignore-not-found -o name)" ]; }

# node_value NODE JSONPATH
node_value() { kube get node "$1" --ignore-not-found -o "jsonpath=$2"; }

node_ready() { [ "$(node_value "$1" '{.status.conditions[?(@.type=="Ready")].status}')" = True ]; }

kubelet_version() { node_value "$1" '{.status.nodeInfo.kubeletVersion}'; }

kubelet_healthy() { [ "$(kubectl --server=http://127.0.0.1:10248 get --raw=/healthz 2>/dev/null)" = ok ]; }

in_cluster() { [ -e "$DONE_MARK" ]; }

mark_done() {
  mkdir -p "$STATE"
  : >"$DONE_MARK"
  sync
}

# private NAME: a file for a document with a secret, gone with this script.
private() {
  local file=$WORK/$1
  (umask 077 && cat >"$file")
  echo "$file"
}

# What a first try that was cut off has left here; nobody has used it yet. `kubeadm reset` leaves etcd's data where
# a power cut has taken etcd's manifest: it takes etcd for somebody else's.
start_afresh() {
  if compgen -G "$ROOT/etc/kubernetes/*.conf" >/dev/null || compgen -G "$ROOT/etc/kubernetes/manifests/*" >/dev/null ||
    compgen -G "$ROOT/etc/kubernetes/pki/*" >/dev/null || compgen -G "$ROOT/var/lib/etcd/*" >/dev/null; then
    quietly kubeadm reset --force --cri-socket=unix:///run/containerd/containerd.sock
    find "$ROOT/var/lib/etcd" -mindepth 1 -delete 2>/dev/null || true
    forget_images
  fi
}

# Images that were being pulled when the power went may hold empty files, and are not pulled again while they are
# known.
forget_images() {
  ctr -n k8s.io images ls -q | while read -r image; do quietly ctr -n k8s.io images rm --sync "$image"; done
}

# in_etcd ARGUMENT…: etcdctl in this control plane's etcd.
in_etcd() {
  local container
  container=$(ctr -n k8s.io containers ls -q 'labels."io.kubernetes.container.name"==etcd,labels."io.cri-containerd.kind"==container' |
    while read -r id; do
      if ctr -n k8s.io tasks ls | awk -v id="$id" '$1 == id && $3 == "RUNNING" { found = 1 } END { exit !found }'; then echo "$id"; fi
    done | tail -n 1)
  if [ -z "$container" ]; then return 1; fi
  ctr -n k8s.io tasks exec --exec-id "bramble-$RANDOM" "$container" etcdctl \
    --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt \
    --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key "$@"
}
