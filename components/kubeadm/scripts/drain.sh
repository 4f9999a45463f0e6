#!/usr/bin/env bash
# Empties a board whose kubelet is about to be brought to another version. Runs on another board, a control plane.

desired_state() {
  # Afterwards the board is still to be upgraded: that is for the next step.
  if ! applying || ! node_exists "$NODE"; then return; fi
  local now
  now=$(kubelet_version "$NODE")
  if [ "$now" != "v$VERSION" ] && needs_change "the kubelet of $NODE is $now"; then
    note_drain
    drained 600 || cannot_drain
  fi
}

phase "$@"
