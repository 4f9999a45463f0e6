#!/usr/bin/env bash
# The key by which this control plane reaches the board that stores its snapshots. Answers its public half; the
# private half never leaves the board.

key=$ROOT/etc/bramble/snapshot-key

# A power cut may have left half of it, or nothing in it.
has_key() { [ -s "$key.pub" ] && [ "$(ssh-keygen -y -P '' -f "$key" 2>/dev/null | cut -d' ' -f1,2)" = "$(public_half)" ]; }

public_half() { cut -d' ' -f1,2 "$key.pub"; }

desired_state() {
  if ! has_key && needs_change "the SSH key for the board that stores snapshots is missing"; then
    mkdir -p "${key%/*}"
    rm -f "$key" "$key.pub" "$key.new" "$key.new.pub"
    quietly ssh-keygen -q -t ed25519 -N '' -C bramble-snapshots -f "$key.new"
    sync
    mv "$key.new.pub" "$key.pub"
    mv "$key.new" "$key"
  fi
  if verifying; then public_half | answer; fi
}

remove() { rm -f "$key" "$key.pub"; }

phase "$@"
