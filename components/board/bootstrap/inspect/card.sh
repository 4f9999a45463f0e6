#!/usr/bin/env bash
# Whether the card is this board's own, or a copy of another's.

machine_id=/etc/machine-id
# Without D-Bus' own, from which systemd would take the same one again.
new_machine_id="sudo rm -f $machine_id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup"

card_obstacles() {
  local id name copied_from
  id=$(cat "$ROOT$machine_id" 2>/dev/null || true)
  if ! grep -qxE '[0-9a-f]{32}' <<<"$id"; then
    stands_in_the_way "$machine_id is ${id:-empty or missing}: the board can't be told from others" "$new_machine_id, then reboot"
  fi
  if [ ! -e "$ROOT$CARD_MARK" ]; then return; fi
  { read -r name && read -r copied_from; } <"$ROOT$CARD_MARK" || true
  # Damaged it says nothing, and is written anew.
  if [ -z "$name" ] || [ "$name" = "$BOARD" ]; then return; fi
  if [ "${copied_from:-unknown}" != unknown ] && [ "$copied_from" != "$(serial)" ]; then
    # The folder has the data of apps, too: it is kept.
    stands_in_the_way "its card is a copy of the board $name's: both would have the same machine-id and SSH host keys (machine-id ${id:-missing})" \
      "flash it anew, or make it a card of its own: sudo mv /var/lib/bramble /var/lib/bramble.of-$name && $new_machine_id && sudo rm -f /etc/ssh/ssh_host_* && sudo ssh-keygen -A; then reboot and put the new host key into the settings"
  # Of a node's name the finder other_node speaks.
  elif [ ! -e "$ROOT/etc/kubernetes/kubelet.conf" ]; then
    stands_in_the_way "bramble set this board up as $name; the settings call it $BOARD" \
      "give it its old name; to rename it, take it out of bramble:boards, run pulumi up, then put it in under its new name"
  fi
}
