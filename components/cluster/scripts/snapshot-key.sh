#!/usr/bin/env bash
# Prints the public half of the key by which this control plane reaches the board that stores its snapshots;
# nothing else. The private half never leaves the board.

if [ "$1" = apply ]; then
  key=/etc/bramble/snapshot-key
  mkdir -p "${key%/*}"
  if [ ! -s "$key" ] || [ ! -s "$key.pub" ]; then
    rm -f "$key" "$key.pub" "$key.new" "$key.new.pub"
    quietly ssh-keygen -q -t ed25519 -N '' -C bramble-snapshots -f "$key.new"
    sync
    mv "$key.new.pub" "$key.pub"
    mv "$key.new" "$key"
  fi
  cut -d' ' -f1,2 "$key.pub"
else
  rm -f /etc/bramble/snapshot-key /etc/bramble/snapshot-key.pub
fi
