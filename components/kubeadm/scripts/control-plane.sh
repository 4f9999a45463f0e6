#!/usr/bin/env bash
# The control plane that has been there for longest: made by `kubeadm init`, later brought to another version or
# other arguments of its programs by kubeadm's own phases for it. The others join it (join.sh).

# With what the programs run: kubeadm's documents, and a digest of all that decides their manifests.
running=$STATE/control-plane.yaml
noted_programs=$STATE/programs

# `again` where a cluster was made here before: then a board without one is a new machine in its place.
known=${2:-}

running_version() {
  kube -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' |
    awk '$1 == "kubernetesVersion:" { print $2 }'
}

# Where another control plane answers, the cluster lives: a second one beside it would never find to the first.
require_no_cluster() {
  local other
  for other in $OTHERS; do
    if timeout 5 bash -c ": </dev/tcp/${other#*=}/6443" 2>/dev/null; then
      fail "the board is not in the cluster, but ${other%%=*} is running as a control plane of it" \
        "set dead: true for $BOARD and run pulumi up, then remove dead and run pulumi up again: the board joins ${other%%=*}"
    fi
  done
}

begin() {
  require_own
  require_no_cluster
  if [ "$known" = again ]; then
    require_no_peer
    take_snapshot
  fi
  begin_afresh
  if [ -s "$WORK/snapshot.tar" ]; then
    restore
    ignored=DirAvailable--var-lib-etcd
  fi
  writing_manifests quietly kubeadm init --config "$ROOT$DOCUMENTS/kubeadm.yaml" --skip-token-print --skip-certificate-key-print \
    ${ignored:+--ignore-preflight-errors="$IGNORED_CHECKS,$ignored"} ||
    fail "kubeadm init failed" "see the output above and journalctl -u kubelet -e, then run pulumi up again"
  note_running
  note_authority
}

note_running() {
  cp "$ROOT$DOCUMENTS/kubeadm.yaml" "$running"
  echo "$PROGRAMS" >"$noted_programs"
}

has_programs() { [ "$(cat "$noted_programs" 2>/dev/null)" = "$PROGRAMS" ]; }

runs_as_set() { cmp -s "$ROOT$DOCUMENTS/kubeadm.yaml" "$running" && has_programs; }

# The mark names the cluster: its owner may have made another one on a board that was given up.
authority() { { openssl x509 -noout -fingerprint -sha256 -in "$ROOT/etc/kubernetes/pki/ca.crt" 2>/dev/null || true; } | cut -d= -f2; }

# Where the board joined, an older bramble made it, or a power cut has damaged the mark, that names none.
noted_authority() { grep -axE '([0-9A-F]{2}:){31}[0-9A-F]{2}' "$DONE_MARK" || true; }

note_authority() {
  authority >"$WORK/authority"
  replace "$DONE_MARK" "$WORK/authority"
}

is_other_cluster() {
  local now noted
  now=$(authority)
  noted=$(noted_authority)
  [ -n "$now" ] && [ -n "$noted" ] && [ "$now" != "$noted" ]
}

require_authority() {
  if is_other_cluster; then
    fail "the board's cluster has a different certificate authority from the cluster that bramble created here, so it is not bramble's" \
      "to keep that cluster, remove the board from the settings; if you replaced the authority of bramble's cluster yourself, on the board: sudo truncate -s 0 $DONE_MARK"
  fi
  if applying && [ -z "$(noted_authority)" ]; then note_authority; fi
}

# The newest snapshot: one that was put on this board by hand, or else that of the board that stores them. Ends with 3
# if it is certain that there is none, as receive.sh does.
newest_snapshot() {
  local here
  here=$(find "$STATE/snapshots" -name '2*.tar' 2>/dev/null | sort | tail -n 1)
  if [ -n "$here" ]; then
    cat "$here"
  elif [ -n "$STORE" ]; then
    printf '%s\n' "$STORE_KEY" >"$WORK/hosts"
    ssh -F none -i /etc/bramble/snapshot-key -o BatchMode=yes -o IdentitiesOnly=yes -o ConnectTimeout=30 \
      -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$WORK/hosts" -o GlobalKnownHostsFile=none "$STORE" newest
  else
    return 3
  fi
}

# With several control planes, those that are not seen may have the majority of etcd, and be the cluster once they are
# back: a snapshot beside them would be a second one.
require_no_peer() {
  local node found='' silent='' peers=()
  for node in $NODES; do
    if [[ " $OTHERS " == *" $node "* ]]; then peers+=("$node"); fi
  done
  ask "${peers[@]}"
  if [ -n "$found" ]; then
    fail "the board is not in the cluster, and other control planes may have the cluster's data: $found" \
      "start them and run pulumi up again; set dead: true for each that is gone for good"
  fi
}

# The newest snapshot, unpacked. Where all boards are new and none is left, the cluster begins empty, and Pulumi fills
# it.
take_snapshot() {
  local found='' silent='' status=0 boards=()
  (umask 077 && newest_snapshot >"$WORK/snapshot.tar") || status=$?
  if [ "$status" = 0 ] && tar --extract --file "$WORK/snapshot.tar" -C "$WORK"; then return; fi
  if [ "$status" != 0 ]; then
    read -ra boards <<<"$NODES"
    ask "${boards[@]}"
  fi
  if [ "$status" = 3 ] && [ -z "$found" ]; then
    changes+=("no board has anything of the cluster that was here: it begins empty")
    return
  fi
  fail "the board was the cluster's control plane, its data is gone, and no snapshot is available${found:+, while other boards may have a part of the cluster: $found}" \
    "${silent:+switch on the boards that do not answer and run pulumi up again, or set dead: true for each that is gone for good; }copy a snapshot to $STATE/snapshots on the board and run pulumi up again; to start with an empty cluster, flash all boards again, or destroy the stack first"
}

# A new machine in the place of one that is lost gets the cluster's keys and what etcd knew. etcd's revisions are
# moved on, so that nobody takes what it saw after the snapshot for the present.
restore() {
  local image peer
  mkdir -p "$ROOT/etc/kubernetes" "$ROOT/var/lib/etcd"
  rm -rf "$ROOT/etc/kubernetes/pki" "$ROOT/var/lib/etcd/member" "$ROOT/var/lib/etcd/restored"
  cp -a "$WORK/pki" "$ROOT/etc/kubernetes/pki"
  chown -R root: "$ROOT/etc/kubernetes/pki"
  quietly kubeadm config images pull --config "$ROOT$DOCUMENTS/kubeadm.yaml"
  image=$(kubeadm config images list --config "$ROOT$DOCUMENTS/kubeadm.yaml" 2>/dev/null | grep '/etcd:')
  peer="https://$ADDRESS:2380"
  cp "$WORK/etcd.db" "$ROOT/var/lib/etcd/restore.db"
  quietly ctr -n k8s.io run --rm --net-host --mount type=bind,src=/var/lib/etcd,dst=/var/lib/etcd,options=rbind:rw \
    "$image" "restore-$RANDOM" etcdutl snapshot restore /var/lib/etcd/restore.db --data-dir /var/lib/etcd/restored \
    --name "$BOARD" --initial-cluster "$BOARD=$peer" --initial-advertise-peer-urls "$peer" \
    --bump-revision 1000000000 --mark-compacted
  mv "$ROOT/var/lib/etcd/restored/member" "$ROOT/var/lib/etcd/member"
  chmod 700 "$ROOT/var/lib/etcd"
  rm -rf "$ROOT/var/lib/etcd/restored" "$ROOT/var/lib/etcd/restore.db"
  sync
}

# What this API server has been asked for since it started, and would not have in the new version: ipaddresses of
# networking.k8s.io/v1beta1, one a line.
removed_apis() {
  local minor=${VERSION#1.}
  kube get --raw=/metrics |
    sed -nE 's/^apiserver_requested_deprecated_apis\{group="([^"]*)",removed_release="1\.([0-9]+)",resource="([^"]*)",subresource="[^"]*",version="([^"]*)"\} 1$/\2 \3 of \1\/\4/p' |
    awk -v minor="${minor%%.*}" '$1 <= minor { print $2, $3, $4 }' | sort -u
}

require_apis() {
  local removed
  removed=$(removed_apis)
  if [ -n "$removed" ] && [[ ",$IGNORED_CHECKS," != *,RemovedAPIs,* ]]; then
    fail "Kubernetes $VERSION has removed APIs that something in the cluster uses: $(listed <<<"$removed")" \
      "update what uses them and run pulumi up again; if nothing does any more since the API server's last start, set cluster.ignorePreflightErrors: [RemovedAPIs] for this up"
  fi
}

upgrade() {
  # kubeadm goes on only with a cluster that takes jobs, which a board that has just started does not yet.
  wait_for 600 node_ready "$BOARD" || fail "the node is not ready, so it can't be upgraded" "see: journalctl -u kubelet -e"
  require_apis
  quietly bash /usr/local/lib/bramble/snapshot.sh "$(date -u +%Y%m%dT%H%M%SZ)-before-$VERSION" ||
    fail "the snapshot of etcd before the upgrade failed" "see the output above"
  writing_manifests quietly kubeadm upgrade apply --yes --config "$ROOT$DOCUMENTS/upgrade.yaml" "v$VERSION" ||
    fail "kubeadm upgrade apply v$VERSION failed" "see the output above, then run pulumi up again: it resumes here"
}

restarted() { [ -n "$(pidof "$1")" ] && [ "$(pidof "$1")" != "$2" ]; }

first_start() { grep -v -- '--initial-cluster'; }

# One program after the other, each back before the next.
reconfigure() {
  local part name before
  rm -rf "$KEPT_MANIFESTS"
  quietly kubeadm init phase upload-config kubeadm --config "$ROOT$DOCUMENTS/kubeadm.yaml"
  for part in etcd:local control-plane:apiserver control-plane:controller-manager control-plane:scheduler; do
    case $part in
      etcd:*) name=etcd ;;
      *) name=kube-${part#*:} ;;
    esac
    before=$(pidof "$name" || true)
    cp "$ROOT$MANIFESTS/$name.yaml" "$WORK/before"
    quietly kubeadm init phase "${part%:*}" "${part#*:}" --config "$ROOT$DOCUMENTS/kubeadm.yaml"
    # Whom etcd has met first is written down for a member's first start only, and another way by each member.
    if diff <(first_start <"$WORK/before") <(first_start <"$ROOT$MANIFESTS/$name.yaml") >/dev/null; then
      replace "$ROOT$MANIFESTS/$name.yaml" "$WORK/before"
    else
      wait_for 600 restarted "$name" "$before" ||
        fail "$name does not start with its new arguments" "see: tail /var/log/pods/kube-system_$name-*/*/*.log"
      wait_for 600 api_ready || fail "the API server is not ready after the change to $name" "see: tail /var/log/pods/kube-system_kube-apiserver-*/*/*.log"
    fi
  done
  keep_manifests
  note_running
}

desired_state() {
  printf '%s' "$KUBEADM" | file "$DOCUMENTS/kubeadm.yaml"
  printf '%s' "$COREDNS_PATCH" | file "$DOCUMENTS/patches/corednsdeployment0+merge.yaml"
  if ! in_cluster && needs_change "there is no control plane yet"; then begin; fi
  if ! in_cluster; then return; fi
  require_name
  require_authority
  if ! [ -e "$ROOT$ADMIN" ]; then
    fail "$ADMIN is missing: the board is a worker of a cluster, or has lost the file" \
      "if that cluster no longer exists, on the board: sudo kubeadm reset && sudo rm -rf /etc/kubernetes /var/lib/etcd $DONE_MARK"
  fi
  as_kubeadm_wrote
  if ! holds 600 api_ready; then
    needs_change "the API server is not ready" "see: journalctl -u kubelet -e; tail /var/log/pods/kube-system_kube-apiserver-*/*/*.log" || true
    return
  fi
  if [ "$(running_version)" != "v$VERSION" ] && needs_change "the control plane runs $(running_version)"; then upgrade; fi
  # One that joined, and now leads, runs as the settings say if they have not changed since.
  if ! [ -e "$running" ] && has_programs && applying; then note_running; fi
  if ! runs_as_set && needs_change "the control plane runs with different arguments"; then reconfigure; fi
  # For the next pulumi up, which compares.
  if verifying; then answer <<<"$FACTS"; fi
}

remove() {
  if in_cluster && is_other_cluster; then
    echo "$PHASE: the board's cluster is not bramble's and is left unchanged"
    rm -f "$DONE_MARK" "$BEGUN_MARK"
  else
    leave_cluster
  fi
  rm -f "$running"
}

phase "$@"
