#!/usr/bin/env bash
# Whether the board is a node under another name; in front of the phases that look, behind prelude.sh.

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
    stands_in_the_way "it is the node $name of a cluster, and the settings call it $BOARD" \
      "call it $name in the settings; or take it out of them, run pulumi up, and put it in as $BOARD"
  fi
}
