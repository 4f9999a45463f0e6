#!/usr/bin/env bash
# Whether the card is this board's own, or a copy of another's.

machine_id=/etc/machine-id
# Without D-Bus' own, from which systemd would take the same one again.
new_machine_id="sudo rm -f $machine_id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup"

# What the first boot of a card from `npm run card` leaves, and what it works with until then.
written_for=/etc/bramble/card
first_boot=/run/bramble-set-up

# A card of another board is in this one, or the board has a new name.
card_of_other() {
  local name
  if [ ! -e "$ROOT$written_for" ]; then return; fi
  name=$(sed -n 's/^board=//p' "$ROOT$written_for")
  if [ -z "$name" ] || [ "$name" = "$BOARD" ]; then return; fi
  obstacle "its card was written for board $name, but the settings call this board $BOARD" \
    "insert the card of $BOARD, or write this one again (npm run card); to rename the board, remove it from the settings, run pulumi up, then add it under its new name"
}

# The SSH server may start before the first boot has done its work.
first_boot_ended() {
  local tries
  for ((tries = 0; tries < FIRST_BOOT_WAIT; tries++)); do
    if [ ! -e "$ROOT$first_boot" ]; then return; fi
    sleep 1
  done
  [ ! -e "$ROOT$first_boot" ] || obstacle "its first boot has not finished" \
    "see the end of /var/log/cloud-init-output.log; if it failed there, write the card again (npm run card)"
}

card_obstacles() {
  local id name copied_from
  first_boot_ended
  id=$(cat "$ROOT$machine_id" 2>/dev/null || true)
  if ! grep -qxE '[0-9a-f]{32}' <<<"$id"; then
    obstacle "$machine_id is ${id:-empty or missing}, so nothing identifies the board" "$new_machine_id, then reboot"
  fi
  if [ ! -e "$ROOT$CARD_MARK" ]; then
    card_of_other
    return
  fi
  { read -r name && read -r copied_from; } <"$ROOT$CARD_MARK" || true
  # Damaged it says nothing, and is written anew.
  if [ -z "$name" ] || [ "$name" = "$BOARD" ]; then return; fi
  if [ "${copied_from:-unknown}" != unknown ] && [ "$copied_from" != "$(serial)" ]; then
    # The folder has the data of apps, too: it is kept.
    obstacle "its card is a copy of the card of board $name: both have the same SSH host keys and machine-id (${id:-missing})" \
      "flash the card again, or give it its own identity: sudo mv /var/lib/bramble /var/lib/bramble.of-$name && $new_machine_id && sudo rm -f /etc/ssh/ssh_host_* && sudo ssh-keygen -A; then reboot and put the new host key into the settings"
  # Of a node's name the finder other_node speaks.
  elif [ ! -e "$ROOT/etc/kubernetes/kubelet.conf" ]; then
    obstacle "bramble set this board up as $name, but the settings call it $BOARD" \
      "use the old name; to rename the board, remove it from the settings, run pulumi up, then add it under its new name"
  fi
}
