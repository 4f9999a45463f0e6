#!/usr/bin/env bash
# A node of this name is this very machine. One that was replaced under the same name is forgotten before the
# new one joins; so is one that has left. Runs on the first control plane.

# It works beside other steps on this board and changes nothing of it.
lock() { :; }

known_key() { node_value "$NODE" '{.metadata.annotations.bramble/host-key}'; }

member_id() { in_etcd member list 2>/dev/null | awk -F', ' -v name="$NODE" '$3 == name { print $1 }'; }

forget() {
  local id
  quietly kube delete node "$NODE" --ignore-not-found --timeout=60s
  if [ "$ROLE" = controlPlane ]; then
    id=$(member_id)
    if [ -n "$id" ]; then quietly in_etcd member remove "$id"; fi
  fi
}

promises() {
  local key
  key=$(known_key)
  if [ -n "$key" ] && [ "$key" != "$HOST_KEY" ] && lacking "the node $NODE was another machine"; then forget; fi
}

undo() { forget; }

phase "$@"
