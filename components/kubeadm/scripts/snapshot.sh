#!/usr/bin/env bash
# Runs on a control plane, by a timer: a snapshot of etcd with the cluster's keys, verified, and a copy of it on
# another board. Fails loudly: systemctl --failed, and the annotation bramble/snapshot of the node.
# usage: snapshot.sh [NAME]
set -Eeuo pipefail
umask 077
# Written by maintenance.sh: BOARD, STORE (user@host, empty without another board), STORE_KEYS, KEPT.
# shellcheck source=/dev/null
. /etc/bramble/snapshot.conf
admin=/etc/kubernetes/admin.conf
export KUBECACHEDIR=/var/lib/bramble/kubectl
folder=/var/lib/bramble/snapshots
# Where etcd's container and the board both see it.
shared=/var/lib/etcd/bramble-snapshot.db
name=${1:-$(date -u +%Y%m%dT%H%M%SZ)}.tar
# On the file system of the snapshots, so that a finished one is renamed into place; beside their folder, which may
# be backed up. /tmp may be RAM.
work=/var/lib/bramble/snapshot-work

tell() {
  kubectl --kubeconfig "$admin" --request-timeout=30s annotate node "$BOARD" --overwrite "bramble/snapshot=$1" >/dev/null || true
}

# One at a time: an upgrade makes one too.
exec 8>/run/bramble-snapshot.lock
flock -w 1800 8
# Of one that was cut off there may be something left.
rm -rf "$work"
mkdir -p "$work" "$folder"
trap 'rm -rf "$work" "$shared" "$shared.part"' EXIT
trap 'tell "failed at $(date -u +%FT%TZ): $BASH_COMMAND"' ERR

in_etcd() { ctr -n k8s.io tasks exec --exec-id "snapshot-$$-$RANDOM" "$id" "$@"; }

id=$(
  for each in $(ctr -n k8s.io containers ls -q 'labels."io.kubernetes.container.name"==etcd,labels."io.cri-containerd.kind"==container'); do
    if ctr -n k8s.io tasks ls | awk -v id="$each" '$1 == id && $3 == "RUNNING" { found = 1 } END { exit !found }'; then echo "$each"; fi
  done | tail -n 1
)
if [ -z "$id" ]; then
  echo "etcd is not running on this board" >&2
  false
fi
rm -f "$shared" "$shared.part"
in_etcd etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt \
  --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key snapshot save "$shared"
# Reads all of it and compares it with the digest at its end.
in_etcd etcdutl snapshot status "$shared" --write-out=json >"$work/status.json"
mv "$shared" "$work/etcd.db"
tar --create --file "$work/$name" -C "$work" etcd.db status.json -C /etc/kubernetes pki
sync "$work/$name"
mv "$work/$name" "$folder/$name"
sync "$folder"
# The newest last: names are times.
find "$folder" -name '2*.tar' | sort | head -n -"$KEPT" | xargs -r rm -f

if [ -n "$STORE" ]; then
  ssh -F none -i /etc/bramble/snapshot-key -o BatchMode=yes -o IdentitiesOnly=yes -o ConnectTimeout=30 \
    -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$STORE_KEYS" -o GlobalKnownHostsFile=none \
    "$STORE" "put $name $(sha256sum <"$folder/$name" | cut -d' ' -f1)" <"$folder/$name"
fi
tell "$name, $(stat -c %s "$folder/$name") bytes${STORE:+, also on ${STORE#*@}}"
