#!/usr/bin/env bash
# Empties a board whose kubelet is about to be brought to another version, or whose system needs a reboot. Runs on another
# board, a control plane, where there are several.

# What the board says of itself (board/bootstrap/rebootDue.sh).
reboot_is_due() { [ "$REBOOT" = 1 ] && [ -n "$(node_value "$NODE" '{.metadata.annotations.bramble/reboot-due}')" ]; }

# Other boards that are not ready, one a line.
others_away() {
  asked get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
    awk -v node="$NODE" 'NF > 0 && $1 != node && $2 != "True" { print $1 }'
}

# While one board is away, no other one follows it: its pods may be on this one, and so may etcd's majority.
require_others() {
  local away
  away=$(others_away | paste -sd' ')
  if [ -n "$away" ]; then
    fail "$NODE needs a reboot, but is not rebooted while other boards are not Ready: $away" \
      "start them, or see why they are not: kubectl describe node $away; if one is gone for good, set dead: true for it; then run pulumi up again"
  fi
}

# For in-service: the board is back once it runs by another boot than this one.
note_boot() {
  steadily kube annotate node "$NODE" --overwrite "bramble/reboot-from=$(node_value "$NODE" '{.status.nodeInfo.bootID}')"
}

desired_state() {
  # Afterwards the board is still to be upgraded or rebooted: that is for the next steps.
  if ! applying || ! node_exists "$NODE"; then return; fi
  local now why=() reboots=0
  now=$(kubelet_version "$NODE")
  if [ "$now" != "v$VERSION" ]; then why+=("the kubelet of $NODE is $now"); fi
  if reboot_is_due; then
    why+=("$NODE needs a reboot")
    reboots=1
  fi
  if [ ${#why[@]} = 0 ]; then return; fi
  if [ "$reboots" = 1 ]; then require_others; fi
  if needs_change "$(printf '%s\n' "${why[@]}" | listed)"; then
    note_drain
    drained 600 || cannot_drain
    if [ "$reboots" = 1 ]; then note_boot; fi
  fi
}

phase "$@"
