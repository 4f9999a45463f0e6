#!/usr/bin/env bash
# A node of this name is this very machine. One that was replaced under the same name is forgotten before the
# new one joins; so is one that has left, or is dead. Runs on a control plane, another one where there are several.

forget() {
  local id
  quietly kube delete node "$NODE" --ignore-not-found --timeout=60s
  if [ "$ROLE" = controlPlane ]; then
    id=$(in_etcd member list 2>/dev/null | awk -F', ' -v name="$NODE" '$3 == name { print $1 }')
    if [ -n "$id" ]; then quietly in_etcd member remove "$id"; fi
  fi
}

# Before there is a cluster there is nothing to forget; and the board that looks is no other machine, even if its
# hostKey is new (the only control plane's, which has nobody else to look).
may_forget() { in_cluster && [ "$NODE" != "$BOARD" ]; }

# Whether the node's kubelet reports no more: that of a machine that is gone is silent within a minute.
is_silent() {
  local ready
  ready=$(node_value "$NODE" '{.status.conditions[?(@.type=="Ready")].status}') || return 1
  case $ready in True | False) return 1 ;; esac
}

desired_state() {
  if ! may_forget; then return; fi
  local key
  key=$(node_value "$NODE" '{.metadata.annotations.bramble/host-key}')
  if [ -z "$key" ]; then return; fi
  if [ "$DEAD" = 1 ] && needs_change "$NODE is marked dead but still has a node"; then forget; fi
  if [ "$DEAD" = 1 ] || [ "$key" = "$HOST_KEY" ]; then return; fi
  if ! holds 120 is_silent; then
    fail "the node $NODE is still alive, but the settings have a new hostKey for it" \
      "if it is the same machine with a new host key: kubectl annotate node $NODE --overwrite bramble/host-key=$HOST_KEY; if it was replaced, turn the old machine off; then run pulumi up again"
  fi
  if needs_change "the node $NODE belongs to a machine that was replaced"; then forget; fi
}

# A board that leaves has been reset by now. The cluster itself may be gone before it.
remove() { if may_forget; then forget; fi; }

phase "$@"
