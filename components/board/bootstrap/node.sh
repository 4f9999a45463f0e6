#!/usr/bin/env bash
# Whether the board is a node, under which name, and who made it one; in front of the phases that look and of the
# steps of a cluster, behind prelude.sh.

# That bramble has begun to make a node of this board, and that kubeadm has done its work here to the end. What
# kubeadm leaves without either mark is somebody else's.
export BEGUN_MARK=$STATE/kubeadm-begun
export DONE_MARK=$STATE/in-cluster

# made_since: what is newer than bramble's last try, which has an hour: somebody has made it after that was given up.
made_since() {
  local begun
  begun=$(as_root stat -c %Y "$BEGUN_MARK" 2>/dev/null) || return 0
  as_root find "$ROOT/etc/kubernetes" -type f \( -name '*.conf' -o -path '*/manifests/*' -o -path '*/pki/*' \) \
    -newermt "@$((begun + 7200))" 2>/dev/null || true
}

# The name under which the kubelet is let into its cluster: of its certificate, or what kubelet.conf says.
node_name() {
  local certificate=$ROOT/var/lib/kubelet/pki/kubelet-client-current.pem
  {
    as_root openssl x509 -noout -subject -nameopt multiline -in "$certificate" 2>/dev/null | grep -o 'system:node:.*' || true
    as_root grep -ohsE 'system:node:[^" @]+' "$ROOT/etc/kubernetes/kubelet.conf" 2>/dev/null || true
  } | sed -n '1 s/^system:node://p'
}

# A running kubelet does not follow a new host name: the node would be gone and the board in no cluster.
other_node() {
  local name
  if [ ! -e "$ROOT/etc/kubernetes/kubelet.conf" ]; then return; fi
  name=$(node_name)
  if [ -z "$name" ]; then name=$(hostname); fi
  if [ "$name" != "$BOARD" ]; then
    obstacle "it is the node $name of a cluster, but the settings call it $BOARD" \
      "call it $name in the settings; or remove it from them, run pulumi up, and add it as $BOARD"
  fi
}
