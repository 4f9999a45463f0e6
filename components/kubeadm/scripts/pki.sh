#!/usr/bin/env bash
# For what looks after certificates; in front of it. Reads only.

KUBERNETES=${ROOT:-}/etc/kubernetes
# The kubelet's own, by which the cluster knows the board: it has it renewed itself, while it runs.
KUBELET_CLIENT=${ROOT:-}/var/lib/kubelet/pki/kubelet-client-current.pem

# What `kubeadm certs renew` renews; a pki folder may hold other people's certificates, too.
LEAVES=(
  pki/{apiserver,apiserver-kubelet-client,apiserver-etcd-client,front-proxy-client}.crt
  pki/etcd/{server,peer,healthcheck-client}.crt
  {admin,controller-manager,scheduler}.conf
)
# A control plane that has joined has none.
if [ -e "$KUBERNETES/super-admin.conf" ]; then LEAVES+=(super-admin.conf); fi

# embedded FILE KEY: what a kubeconfig holds of it.
embedded() { awk -v key="$2:" '$1 == key { print $2; exit }' "$1" | base64 -d; }

# certificate FILE: of a .crt or .pem, or that of a kubeconfig.
certificate() {
  case $1 in
    *.conf) embedded "$1" client-certificate-data ;;
    *) cat "$1" ;;
  esac
}

# private_key FILE: that of a certificate in the same way.
private_key() {
  case $1 in
    *.conf) embedded "$1" client-key-data ;;
    *.crt) cat "${1%.crt}.key" ;;
    *) cat "$1" ;;
  esac
}

between() {
  local text=${1#*"$2"}
  if [ "$text" != "$1" ]; then printf '%s' "${text%%"$3"*}"; fi
}

# look FILE DAYS: PROBLEM is what is wrong with its certificate, empty if it holds for so many days; LEFT is how many
# it holds, negative when it has ended. After a power cut a file may be empty, cut or full of zeros, or the
# certificate new and the key that belongs to it old.
look() {
  local found key
  PROBLEM="" LEFT=""
  if [ ! -e "$1" ]; then
    PROBLEM="is missing"
    return
  fi
  found=$({ certificate "$1" | openssl x509 -noout -pubkey -enddate; } 2>/dev/null || true)
  key=$({ private_key "$1" | openssl pkey -pubout; } 2>/dev/null || true)
  key=$(between "$key" 'BEGIN PUBLIC' END)
  if [ -z "$key" ] || [ "$(between "$found" 'BEGIN PUBLIC' END)" != "$key" ]; then
    PROBLEM="can't be read"
    return
  fi
  days_until "$(between "$found" notAfter= $'\n')"
  if [ "$LEFT" -lt 0 ]; then
    PROBLEM="has expired"
  elif [ "$LEFT" -lt "$2" ]; then
    PROBLEM="expires in $LEFT days"
  fi
}

# days_until TIME: sets LEFT.
days_until() {
  LEFT=$(($(date -d "$1" +%s) - $(date +%s)))
  LEFT=$(((LEFT - (LEFT < 0 ? 86399 : 0)) / 86400))
}

# What a control plane's program reads when it starts.
files_of() {
  case $1 in
    etcd) printf '%s\n' pki/etcd/server.crt pki/etcd/peer.crt ;;
    kube-apiserver) printf '%s\n' "${LEAVES[@]:0:4}" ;;
    *) echo "${1#kube-}.conf" ;;
  esac
}

# The program of the control plane, not another one of that name.
pid_of() {
  local pid
  for pid in $(pidof "$1" || true); do
    if grep -qas /etc/kubernetes/ "${ROOT:-}/proc/$pid/cmdline"; then
      echo "$pid"
      return
    fi
  done
}

# Whether it was started before one of its files was written. The API server and etcd take up a new one of some
# files while they run, the others of none.
runs_with_old() {
  local pid now started written file
  pid=$(pid_of "$1")
  if [ -z "$pid" ]; then return 1; fi
  now=$(date +%s)
  started=$((now - $(ps -o etimes= -p "$pid" || echo 0)))
  for file in $(files_of "$1"); do
    written=$(stat -c %Y "$KUBERNETES/$file" 2>/dev/null || echo 0)
    # The clock may have been ahead.
    if [ "$written" -gt "$started" ] && [ "$written" -le "$now" ]; then return 0; fi
  done
  return 1
}

SERVERS=(etcd kube-apiserver kube-controller-manager kube-scheduler)

# to_renew DAYS: a line for all that is not in order on a control plane. A kubelet asks for a new certificate when
# 10 to 30 % of its time are left: one that has less has not got it.
to_renew() {
  local each
  if [ ! -e "$KUBERNETES/pki" ]; then return; fi
  for each in "${LEAVES[@]}"; do
    look "$KUBERNETES/$each" "$1"
    if [ -n "$PROBLEM" ]; then echo "/etc/kubernetes/$each $PROBLEM"; fi
  done
  for each in "${SERVERS[@]}"; do
    if runs_with_old "$each"; then echo "$each has not loaded its new certificate"; fi
  done
  look "$KUBELET_CLIENT" "$1"
  if [ -n "$PROBLEM" ]; then echo "${KUBELET_CLIENT#"${ROOT:-}"} $PROBLEM"; fi
}

export CERTIFICATES=/usr/local/lib/bramble/certificates.sh

# For steps: has the control plane's certificates put in order, and its API server answer.
renew_certificates() {
  quietly bash "$ROOT$CERTIFICATES" ||
    fail "the control plane's certificates can't be renewed" "see the output above, then run pulumi up again"
}
