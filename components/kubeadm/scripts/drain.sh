#!/usr/bin/env bash
# Empties a board whose kubelet is about to be brought to another version. Runs on another board, a control plane.

# It works beside other steps on this board and changes nothing of it.
lock() { :; }

promises() {
  # Afterwards the board is still to be upgraded: that is the next step's promise.
  if ! applying || ! node_exists "$NODE" || [ "$(kubelet_version "$NODE")" = "v$VERSION" ]; then return; fi
  if lacking "$NODE has the kubelet $(kubelet_version "$NODE")"; then
    note_drain
    drained 600 || cannot_drain
  fi
}

undo() { :; }

phase "$@"
