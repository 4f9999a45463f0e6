#!/usr/bin/env bash
# Runs on a control plane, by a timer: renews the certificates before the last 30 days of any begin, and starts
# the programs that have them again, one by one. Fails loudly: systemctl --failed, and the annotation
# bramble/certificates of the node.
set -Eeuo pipefail
# Written by maintenance.sh: BOARD.
# shellcheck source=/dev/null
. /etc/bramble/snapshot.conf
admin=/etc/kubernetes/admin.conf
manifests=/etc/kubernetes/manifests
days=${1:-30}

tell() {
  kubectl --kubeconfig "$admin" --request-timeout=30s annotate node "$BOARD" --overwrite "bramble/certificates=$1" >/dev/null || true
}

trap 'tell "failed at $(date -u +%FT%TZ): $BASH_COMMAND"' ERR

# Days until the first of them ends.
left() {
  local file first=100000 end
  for file in /etc/kubernetes/pki/{,etcd/}*.crt; do
    case $file in */ca.crt | */front-proxy-ca.crt) continue ;; esac
    end=$(date -d "$(openssl x509 -noout -enddate -in "$file" | cut -d= -f2)" +%s)
    end=$(((end - $(date +%s)) / 86400))
    if [ "$end" -lt "$first" ]; then first=$end; fi
  done
  echo "$first"
}

ready() { kubectl --kubeconfig "$admin" --request-timeout=30s get --raw=/readyz >/dev/null 2>&1; }

# A pod without its manifest ends; with it it starts again.
restart() {
  local before tries
  before=$(pidof "$1")
  mv "$manifests/$1.yaml" "/etc/kubernetes/$1.yaml.renewing"
  for ((tries = 0; tries < 120; tries++)); do
    if ! kill -0 "$before" 2>/dev/null; then break; fi
    sleep 1
  done
  mv "/etc/kubernetes/$1.yaml.renewing" "$manifests/$1.yaml"
  for ((tries = 0; tries < 300; tries++)); do
    if [ -n "$(pidof "$1")" ] && ready; then return; fi
    sleep 2
  done
  echo "$1 does not start again" >&2
  return 1
}

# One that was cut off has left a manifest aside.
for aside in /etc/kubernetes/*.yaml.renewing; do
  if [ -e "$aside" ]; then
    name=${aside##*/}
    mv "$aside" "$manifests/${name%.renewing}"
  fi
done
if [ "$(left)" -lt "$days" ]; then
  kubeadm certs renew all
  for program in etcd kube-apiserver kube-controller-manager kube-scheduler; do restart "$program"; done
fi
tell "$(left) days left"
