#!/usr/bin/env bash
# Empties a board whose kubelet is about to be brought to another version. Runs on another board, a control plane.

desired_state() {
  # Afterwards the board is still to be upgraded: that is for the next step.
  if ! applying || ! node_exists "$NODE" || [ "$(kubelet_version "$NODE")" = "v$VERSION" ]; then return; fi
  if needs_change "the kubelet of $NODE is $(kubelet_version "$NODE")"; then
    note_drain
    drained 600 || cannot_drain
  fi
}

phase "$@"
