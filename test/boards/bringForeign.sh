#!/usr/bin/env bash
# Makes a board one that its owner uses: a node of his cluster, a container that runs, a package source of the same
# address with a key of his own, an overlay where pods would lie, and a card that was copied from another board.
set -euo pipefail
line=$1

mkdir -p /etc/kubernetes/{pki,manifests} /var/lib/etcd/member/snap /var/lib/kubelet
printf 'apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://192.168.9.9:6443\n' |
  tee /etc/kubernetes/admin.conf >/etc/kubernetes/kubelet.conf
echo theirs | tee /etc/kubernetes/pki/ca.key /etc/kubernetes/manifests/etcd.yaml >/var/lib/etcd/member/snap/db

apt-get -q update >/dev/null
apt-get -q -y install --no-install-recommends containerd >/dev/null 2>&1 </dev/null
mkdir -p /mnt/webshop
mount --bind / /mnt/webshop
ctr -n mine run --detach --read-only --rootfs /mnt/webshop webshop /usr/bin/sleep 86400 </dev/null

echo "${line/\[*\]/[signed-by=/usr/share/keyrings/mine.asc]}" >/etc/apt/sources.list.d/kubernetes.list
echo theirs >/usr/share/keyrings/mine.asc

mkdir -p /opt/overlay/{upper,work}
mount -t overlay overlay -o lowerdir=/var/lib/kubelet,upperdir=/opt/overlay/upper,workdir=/opt/overlay/work /var/lib/kubelet

mkdir -p /var/lib/bramble
printf 'pi4-9\n10000000abcdef01\n' >/var/lib/bramble/board
