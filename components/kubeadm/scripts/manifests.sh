#!/usr/bin/env bash
# For the steps in which kubeadm writes a control plane's static pods; behind kube.sh.

export MANIFESTS=/etc/kubernetes/manifests
# As kubeadm has written them; gone while it writes.
export KEPT_MANIFESTS=$STATE/manifests

# writing_manifests COMMAND…
writing_manifests() {
  rm -rf "$KEPT_MANIFESTS"
  "$@" && keep_manifests
}

keep_manifests() {
  local name
  if ! [ -e "$ROOT$MANIFESTS/kube-apiserver.yaml" ]; then return 0; fi
  rm -rf "$KEPT_MANIFESTS.new"
  mkdir -p "$KEPT_MANIFESTS.new"
  for name in etcd kube-apiserver kube-controller-manager kube-scheduler; do
    cp -p "$ROOT$MANIFESTS/$name.yaml" "$KEPT_MANIFESTS.new/" || return
  done
  sync
  mv -T "$KEPT_MANIFESTS.new" "$KEPT_MANIFESTS"
}

# Somebody's change of them is seen, and taken back. Other static pods in the folder are not bramble's.
as_kubeadm_wrote() {
  local each path changed=0
  if ! [ -d "$KEPT_MANIFESTS" ]; then
    # kubeadm was cut off, or an older bramble has not kept them.
    if applying; then keep_manifests; fi
    return
  fi
  for each in "$KEPT_MANIFESTS"/*.yaml; do
    path=$MANIFESTS/${each##*/}
    if [ -s "$each" ] && ! cmp -s "$each" "$ROOT$path" && needs_change "$path differs from what kubeadm wrote"; then
      replace "$ROOT$path" "$each"
      chmod --reference="$each" "$ROOT$path"
      changed=1
    fi
  done
  if [ "$changed" = 1 ]; then
    wait_for 600 api_settled ||
      fail "the API server does not recover after its manifests were restored" "see: journalctl -u kubelet -e; tail /var/log/pods/kube-system_{etcd,kube-apiserver}-*/*/*.log"
  fi
}
