#!/usr/bin/env bash
# Runs on a control plane, by a timer and by steps, behind pki.sh: renews the certificates before the last 30 days
# of any begin, or after all have ended, and starts the programs that have them again, one by one. It goes on from
# wherever another run was cut off, and is done when the API server answers. Fails loudly: systemctl --failed, and
# the annotation bramble/certificates of the node.
# usage: certificates.sh [DAYS [SECONDS for the API server]]
set -Eeuo pipefail
umask 077
# Written by maintenance.sh: BOARD.
# shellcheck source=/dev/null
. /etc/bramble/snapshot.conf
admin=/etc/kubernetes/admin.conf
export KUBECACHEDIR=/var/lib/bramble/kubectl
manifests=/etc/kubernetes/manifests
configuration=/etc/bramble/kubeadm/kubeadm.yaml
kubelet_conf=/etc/kubernetes/kubelet.conf
authorities=(pki/ca pki/front-proxy-ca pki/etcd/ca)
days=${1:-30}
# With several control planes the others may have to come back first.
patience=${2:-1500}
work=$(mktemp -d)

tell() {
  kubectl --kubeconfig "$admin" --request-timeout=30s annotate node "$BOARD" --overwrite "bramble/certificates=$1" >/dev/null 2>&1 || true
}

# problem WHAT FIX
problem() {
  printf '%s\n  fix: %s\n' "$1" "$2" >&2
  tell "failed at $(date -u +%FT%TZ): $1"
  exit 1
}

give_back_manifests() {
  local aside name
  for aside in /etc/kubernetes/*.yaml.renewing; do
    if [ -e "$aside" ]; then
      name=${aside##*/}
      mv "$aside" "$manifests/${name%.renewing}"
    fi
  done
}

# Who ends this may end everything that it has started, too: not what puts the manifests back.
trap 'trap "" TERM INT HUP; give_back_manifests; rm -rf "$work"' EXIT
trap 'echo "\`$BASH_COMMAND\` failed with status $?" >&2; tell "failed at $(date -u +%FT%TZ): $BASH_COMMAND"' ERR

# An upgrade renews certificates too, and moves manifests. A step that runs this has the lock already, and lends it.
if ! { : >&9; } 2>/dev/null; then exec 9>/run/bramble.lock; fi
flock -w 1800 9 || problem "another run of bramble is in progress on this board" "wait until it ends, then: systemctl start bramble-certificates"
give_back_manifests

ready() { kubectl --kubeconfig "$admin" --request-timeout=30s get --raw=/readyz >/dev/null 2>&1; }

# await SECONDS COMMAND…
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$end" ]; then return 1; fi
    sleep 2
  done
}

# What kubeadm makes certificates by. Only the control plane that began the cluster has it in a file; where another
# needs it, for one that is broken, the cluster knows all but the board.
configure() {
  if [ -s "$configuration" ]; then return; fi
  configuration=$work/kubeadm.yaml
  {
    echo '---'
    kubectl --kubeconfig "$admin" --request-timeout=30s -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' || return 1
    cat <<YAML

---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration: { name: "$BOARD" }
localAPIEndpoint: { advertiseAddress: "$(sed -n 's/.*--advertise-address=//p' "$manifests/kube-apiserver.yaml")" }
YAML
  } >"$configuration"
}

# set_aside FILE…: kept beside, by date.
set_aside() {
  local file
  for file in "$@"; do
    if [ -e "$file" ] || [ -L "$file" ]; then
      mv "$file" "$file.broken-$(date -u +%Y%m%dT%H%M%SZ)"
      echo "$file can't be read; moved to a file beside it"
    fi
  done
}

# What nothing can be made anew without comes from the newest snapshot on this board.
restore_authorities() {
  local each other snapshot
  snapshot=$({ find /var/lib/bramble/snapshots -name '2*.tar' 2>/dev/null || true; } | sort | tail -n 1)
  for each in "${authorities[@]}" pki/sa; do
    other=crt
    if [ "$each" = pki/sa ]; then other=pub; fi
    if is_authority "/etc/kubernetes/$each"; then continue; fi
    if [ -z "$snapshot" ] || ! tar --extract --file "$snapshot" -C "$work" "$each.$other" "$each.key" || ! is_authority "$work/$each"; then
      problem "/etc/kubernetes/$each.$other or its key can't be read, and no snapshot on this board contains them" \
        "restore both from a snapshot on the board that stores snapshots: they are under pki in its tar file"
    fi
    set_aside "/etc/kubernetes/$each.$other" "/etc/kubernetes/$each.key"
    cp -p "$work/$each.$other" "$work/$each.key" "/etc/kubernetes/${each%/*}/"
  done
}

# is_authority PATH: a certificate and its key, which may be kept elsewhere on purpose; or the pair for accounts.
is_authority() {
  if [ -e "$1.pub" ]; then
    cmp -s <(openssl pkey -pubout -in "$1.key" 2>/dev/null) <(openssl pkey -pubin -in "$1.pub" 2>/dev/null || echo none)
  elif [ -e "$1.key" ]; then
    look "$1.crt" 0
    case $PROBLEM in *"can't"* | *missing*) return 1 ;; esac
  else
    openssl x509 -noout -in "$1.crt" 2>/dev/null
  fi
}

# All of them are looked at once: of each that is not in order its state.
declare -A states=()

remake() {
  local each
  for each in "${LEAVES[@]}"; do
    look "/etc/kubernetes/$each" "$days"
    case $PROBLEM in
      "") continue ;;
      "is missing" | "can't be read") ;;
      *)
        states[$each]=$PROBLEM
        continue
        ;;
    esac
    if ! configure; then
      problem "/etc/kubernetes/$each $PROBLEM, and no control plane with the cluster's configuration answers" \
        "start the other control planes, then: systemctl start bramble-certificates; or restore the file from a snapshot"
    fi
    case $each in
      *.crt)
        set_aside "/etc/kubernetes/$each" "/etc/kubernetes/${each%.crt}.key"
        each=${each#pki/}
        each=${each%.crt}
        kubeadm init phase certs "${each/\//-}" --config "$configuration"
        ;;
      *)
        set_aside "/etc/kubernetes/$each"
        kubeadm init phase kubeconfig "${each%.conf}" --config "$configuration"
        ;;
    esac
  done
}

# Whether kubeadm has renewed them is not in its exit status: without the authority's key it only says so.
renew() {
  local each by=() keys="the private keys of the certificate authorities must be in /etc/kubernetes/pki; a snapshot contains them"
  if [ ${#states[@]} = 0 ]; then return; fi
  : >"$work/begun"
  # Without the file kubeadm asks the cluster, and does with less if that does not answer.
  if [ -s "$configuration" ]; then by=(--config "$configuration"); fi
  kubeadm certs renew all "${by[@]}" || problem "kubeadm can't renew the certificates" "see the output above; $keys"
  sync
  for each in "${!states[@]}"; do
    if [ ! "/etc/kubernetes/$each" -nt "$work/begun" ]; then
      problem "kubeadm has not renewed /etc/kubernetes/$each" "see the output above; $keys"
    fi
  done
}

# The kubelet can't ask for one any more: it is signed here. Its file's name and form are the kubelet's own.
renew_kubelets() {
  local file
  look "$KUBELET_CLIENT" "$days"
  if [ -z "$PROBLEM" ] && grep -qs 'server: ' "$kubelet_conf"; then return; fi
  # Only the certificate is taken from what comes of it, not where the cluster is.
  cat >"$work/any.yaml" <<YAML
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: $(kubeadm version --output short)
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: { advertiseAddress: 192.0.2.1 }
YAML
  kubeadm kubeconfig user --config "$work/any.yaml" --client-name "system:node:$BOARD" --org system:nodes --validity-period 8760h >"$work/kubelet.conf"
  file=${KUBELET_CLIENT/current/$(date +%Y-%m-%d-%H-%M-%S)}
  mkdir -p "${file%/*}"
  { certificate "$work/kubelet.conf" && private_key "$work/kubelet.conf"; } >"$file"
  ln -sfn "$file" "$KUBELET_CLIENT.new"
  sync
  mv -fT "$KUBELET_CLIENT.new" "$KUBELET_CLIENT"
  if ! grep -qs "client-certificate: $KUBELET_CLIENT" "$kubelet_conf"; then write_kubelet_conf; fi
  echo "signed a new certificate for the kubelet"
  systemctl restart kubelet
}

write_kubelet_conf() {
  local name=default-auth settings=(kubectl config --kubeconfig "$work/new.conf")
  {
    "${settings[@]}" set-cluster default-cluster --embed-certs --certificate-authority=/etc/kubernetes/pki/ca.crt \
      --server="$(awk '$1 == "server:" { print $2 }' /etc/kubernetes/controller-manager.conf)"
    "${settings[@]}" set-credentials "$name" --client-certificate="$KUBELET_CLIENT" --client-key="$KUBELET_CLIENT"
    "${settings[@]}" set-context "$name" --cluster=default-cluster --user="$name"
    "${settings[@]}" use-context "$name"
  } >/dev/null
  set_aside "$kubelet_conf"
  cp "$work/new.conf" "$kubelet_conf"
}

gone() { ! kill -0 "$1" 2>/dev/null; }
runs() { [ -n "$(pid_of "$1")" ]; }

# A pod without its manifest ends; with it it starts again. While the API server can't answer yet, the next
# program is not kept waiting for it.
restart() {
  local before
  before=$(pid_of "$1")
  mv "$manifests/$1.yaml" "/etc/kubernetes/$1.yaml.renewing"
  await 300 gone "$before" || problem "$1 does not stop after its manifest was removed" "see: journalctl -u kubelet -e"
  mv "/etc/kubernetes/$1.yaml.renewing" "$manifests/$1.yaml"
  await 600 runs "$1" || problem "$1 does not start again" "see: journalctl -u kubelet -e"
  echo "restarted $1"
  if [ "$answered" = 1 ] && ! await 600 ready; then silent; fi
}

silent() {
  problem "the API server does not answer" \
    "see: journalctl -u kubelet -e; tail /var/log/pods/kube-system_{etcd,kube-apiserver}-*/*/*.log"
}

# An authority that expires is only reported: people have to replace it.
authorities_ending() {
  local each
  for each in "${authorities[@]}"; do
    days_until "$(openssl x509 -noout -enddate -in "/etc/kubernetes/$each.crt" | cut -d= -f2)"
    if [ "$LEFT" -lt 0 ]; then
      problem "the certificate authority /etc/kubernetes/$each.crt has expired, and with it everything that it signed" \
        "replace it by hand: https://kubernetes.io/docs/tasks/tls/manual-rotation-of-ca-certificates/"
    elif [ "$LEFT" -lt 365 ]; then
      echo "the certificate authority $each.crt expires in $LEFT days"
    fi
  done
}

# Of the first to end.
least_left() {
  local each least=100000
  for each in "${LEAVES[@]}"; do
    look "/etc/kubernetes/$each" 0
    if [ "$LEFT" -lt "$least" ]; then least=$LEFT; fi
  done
  echo "$least"
}

restore_authorities
authorities_ending >"$work/ending"
remake
answered=0
if ready; then answered=1; fi
renew
renew_kubelets
for program in "${SERVERS[@]}"; do
  if runs_with_old "$program"; then restart "$program"; fi
done
# Nothing is changed any more: others need not wait.
exec 9>&-
await "$patience" ready || silent
look "$KUBELET_CLIENT" 0
said="$(least_left) days left, $LEFT for the kubelet$(sed 's/^/; /' "$work/ending" | tr -d '\n')"
echo "$said"
tell "$said"
