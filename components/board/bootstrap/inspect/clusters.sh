#!/usr/bin/env bash
# A cluster that this board is in already, and that bramble did not make.

leave_it="remove the board from the settings"

# Whether bramble itself has brought kubeadm's work here.
kubeadm_is_ours() {
  if as_root test -e "$DONE_MARK" 2>/dev/null; then return; fi
  as_root test -e "$BEGUN_MARK" 2>/dev/null && [ -z "$(made_since)" ]
}

# Files and folders that kubeadm or a kubelet leave behind.
remains() {
  local path
  as_root find "$ROOT/etc/kubernetes" -maxdepth 1 -name '*.conf' 2>/dev/null || true
  for path in etc/kubernetes/manifests etc/kubernetes/pki var/lib/etcd; do
    if [ -n "$(as_root find "$ROOT/$path" -mindepth 1 -maxdepth 1 ! -name lost+found 2>/dev/null | head -n 1)" ]; then echo "$ROOT/$path"; fi
  done
  as_root find "$ROOT/var/lib/kubelet" -maxdepth 1 -name config.yaml 2>/dev/null
}

inspect_kubeadm() {
  local found at
  if kubeadm_is_ours; then
    other_node
    return
  fi
  found=$(remains | sed "s#^$ROOT##" | sort | listed || true)
  if [ -z "$found" ]; then return; fi
  at=$(as_root sed -n 's/^ *server: //p' "$ROOT"/etc/kubernetes/{kubelet,admin}.conf 2>/dev/null | head -n 1 || true)
  obstacle "it is a Kubernetes node that bramble did not set up${at:+, of the cluster at $at}: $found" \
    "$leave_it; or, if that cluster can spare it, remove the node there (kubectl drain, kubectl delete node), then on the board: sudo kubeadm reset"
}

# unit_file PATTERN: an administrator's or a package's unit of this name.
unit_file() {
  local file
  for file in "$ROOT"/{etc,usr/local/lib,lib,usr/lib}/systemd/system/$1; do
    if [ -f "$file" ]; then
      echo "${file#"$ROOT"}"
      return
    fi
  done
}

# other_cluster NAME UNITS REMEDY
other_cluster() {
  local unit
  unit=$(unit_file "$2")
  if [ -n "$unit" ]; then obstacle "$1 is installed ($unit), and a second kubelet can't run beside it" "$leave_it, or uninstall $1: $3"; fi
}

# A kubelet that no package of bramble's brought.
inspect_kubelet() {
  local unit
  if set_up; then return; fi
  for unit in "$ROOT"/{etc,usr/local/lib}/systemd/system/kubelet.service; do
    if [ -f "$unit" ]; then
      obstacle "${unit#"$ROOT"} defines a kubelet that bramble did not set up, and that would run instead of bramble's" \
        "$leave_it, or disable that kubelet: sudo systemctl disable --now kubelet && sudo mv ${unit#"$ROOT"} ${unit#"$ROOT"}.mine"
    fi
  done
}

cluster_obstacles() {
  inspect_kubeadm
  inspect_kubelet
  other_cluster k3s 'k3s.service' "sudo k3s-uninstall.sh"
  other_cluster "k3s' agent" 'k3s-agent.service' "sudo k3s-agent-uninstall.sh"
  other_cluster rke2 'rke2-*.service' "sudo rke2-uninstall.sh"
  other_cluster k0s 'k0s*.service' "sudo k0s stop && sudo k0s reset"
  other_cluster microk8s 'snap.microk8s.*.service' "sudo snap remove --purge microk8s"
  other_cluster "Canonical Kubernetes" 'snap.k8s.*.service' "sudo snap remove --purge k8s"
}
