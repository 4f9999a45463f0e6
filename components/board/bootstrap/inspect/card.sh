#!/usr/bin/env bash
# Whether the card is this board's own, or a copy of another's.

machine_id=/etc/machine-id
# Without D-Bus' own, from which systemd would take the same one again.
new_machine_id="sudo rm -f $machine_id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup"

card_obstacles() {
  local id name copied_from
  id=$(cat "$ROOT$machine_id" 2>/dev/null || true)
  if ! grep -qxE '[0-9a-f]{32}' <<<"$id"; then
    obstacle "$machine_id is ${id:-empty or missing}, so nothing identifies the board" "$new_machine_id, then reboot"
  fi
  if [ ! -e "$ROOT$CARD_MARK" ]; then return; fi
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
      "use the old name; to rename the board, remove it from bramble:boards, run pulumi up, then add it under its new name"
  fi
}
