#!/usr/bin/env bash
# For the steps of a cluster; in front of them, behind node.sh.

export ADMIN=/etc/kubernetes/admin.conf
export DOCUMENTS=/etc/bramble/kubeadm

# What kubectl keeps is not to be in root's home, which is the owner's.
export KUBECACHEDIR=$STATE/kubectl

# kube ARGUMENT…: kubectl as the cluster's administrator; on a control plane.
kube() { kubectl --kubeconfig "$ROOT$ADMIN" --request-timeout=60s "$@"; }

# wait_for SECONDS COMMAND…: until it holds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then return 1; fi
    sleep 2
  done
}

# Whether this is so; where something is being changed, within SECONDS. What has not come true in that time is not waited
# for again when the result is verified: a step's time limit is for one wait.
# holds SECONDS COMMAND…
declare -A waited_for=()
holds() {
  local seconds=$1
  shift
  if checking || [ -n "${waited_for[$*]:-}" ]; then
    "$@" >/dev/null 2>&1
    return
  fi
  if wait_for "$seconds" "$@"; then return; fi
  waited_for[$*]=yes
  return 1
}

# steadily COMMAND…: a change that can be made twice, tried for two minutes: while boards join, the API server of a busy
# control plane may be started again, and a connection to it may time out. The last try says why.
steadily() { wait_for 120 "$@" || quietly "$@"; }

api_ready() { kube get --raw=/readyz; }

# Whether the API server is there to stay: one that is about to be started again still answers.
api_settled() {
  local look
  for look in 1 2 3 4 5; do
    api_ready || return 1
    if [ "$look" != 5 ]; then sleep 4; fi
  done
}

# asked ARGUMENT…: what kubectl answers. That nobody answers is no answer: where something is being changed it is asked
# twenty times, 5 s apart.
asked() {
  local said try
  for try in {1..20}; do
    if said=$(kube "$@" 2>"$WORK/asked"); then
      printf '%s' "$said"
      return
    fi
    if checking; then break; fi
    if [ "$try" != 20 ]; then sleep 5; fi
  done
  cat "$WORK/asked" >&2
  return 1
}

# no_answer NODE: where nobody can say, the step ends: a node that is taken for gone would not be drained.
no_answer() {
  if checking; then return 1; fi
  fail "the API server does not say whether $1 is a node" "see the error above, then run pulumi up again: it resumes here"
}

node_exists() {
  local found
  if ! found=$(asked get node "$1" --ignore-not-found -o name); then no_answer "$1" || return 1; fi
  [ -n "$found" ]
}

# node_value NODE JSONPATH
node_value() { asked get node "$1" --ignore-not-found -o "jsonpath=$2"; }

node_ready() { [ "$(node_value "$1" '{.status.conditions[?(@.type=="Ready")].status}')" = True ]; }

kubelet_version() { node_value "$1" '{.status.nodeInfo.kubeletVersion}'; }

kubelet_healthy() { [ "$(kubectl --server=http://127.0.0.1:10248 get --raw=/healthz 2>/dev/null)" = ok ]; }

in_cluster() { [ -e "$DONE_MARK" ]; }

mark() {
  mkdir -p "$STATE"
  : >"$1"
  sync
}

# What somebody else has cordoned stays so: `in-service` puts back only what has this annotation.
note_drain() {
  if [ "$(node_value "$NODE" '{.spec.unschedulable}')" != true ]; then
    steadily kube annotate node "$NODE" --overwrite bramble/drained-for="$VERSION"
  fi
}

# drained SECONDS: its pods are evicted. One without a controller stays: nobody would start it elsewhere.
drained() { kube drain "$NODE" --ignore-daemonsets --delete-emptydir-data --timeout="$1s" >"$WORK/drain" 2>&1; }

has_lone_pods() { grep -q 'declare no controller' "$WORK/drain"; }

cannot_drain() {
  tail -n 15 "$WORK/drain" >&2
  if has_lone_pods; then
    fail "$NODE has pods without a controller, which would not start elsewhere" \
      "delete the pods named above, or turn each into a Deployment; then run pulumi up again"
  fi
  fail "$NODE can't be drained" "check the pods named above; a PodDisruptionBudget may prevent their eviction"
}

# private NAME: a file for a document with a secret, gone with this script.
private() {
  local file=$WORK/$1
  (umask 077 && cat >"$file")
  echo "$file"
}

# What kubeadm, or a power cut in the middle of it, has left here.
remains() {
  local path
  for path in "$ROOT"/etc/kubernetes/*.conf "$ROOT"/etc/kubernetes/{manifests,pki}/* "$ROOT"/var/lib/etcd/*; do
    if [ -e "$path" ]; then printf '%s\n' "${path#"$ROOT"}"; fi
  done
}

# What kubeadm has left here, if anything, is of a try of bramble's.
require_own() {
  local left
  left=$(remains)
  if [ -n "$left" ] && { ! [ -e "$BEGUN_MARK" ] || [ -n "$(made_since)" ]; }; then
    fail "the board has a Kubernetes cluster that bramble did not create: $(paste -sd ' ' <<<"$left")" \
      "to keep it, remove the board from the settings; if it is no longer needed, on the board: sudo kubeadm reset && sudo rm -rf /etc/kubernetes /var/lib/etcd"
  fi
}

# begin_afresh: marks the board as one that bramble makes a node of. What a first try that was cut off has left
# here goes, for nobody has used it yet. `kubeadm reset` leaves etcd's data where a power cut has taken etcd's
# manifest: it takes etcd for somebody else's.
begin_afresh() {
  local left
  require_own
  left=$(remains)
  mark "$BEGUN_MARK"
  # With what a control plane ran here before.
  rm -rf "$STATE/control-plane.yaml" "$STATE/programs" "$STATE/manifests"
  if [ -n "$left" ]; then
    quietly kubeadm reset --force --cri-socket=unix:///run/containerd/containerd.sock
    find "$ROOT/var/lib/etcd" -mindepth 1 -delete 2>/dev/null || true
    # Images that were being pulled when the power went may hold empty files, and are not pulled again while they are
    # known.
    ctr -n k8s.io images ls -q | while read -r image; do quietly ctr -n k8s.io images rm --sync "$image"; done
  fi
}

# A node keeps its name for as long as it is in the cluster.
require_name() {
  local name
  name=$(node_name)
  if [ -n "$name" ] && [ "$name" != "$BOARD" ]; then
    fail "the board is the node $name of its cluster, not $BOARD" \
      "call it $name in the settings; or remove $name, run pulumi up, and add it as $BOARD"
  fi
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
