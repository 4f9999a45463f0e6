#!/usr/bin/env bash
# At each boot, before anything else that cloud-init does. It notes that a step was done before it does it: after a
# power cut it would skip the step that was cut off (FileSemaphores in cloudinit/helpers.py). So a first boot that did
# not end begins again.
set -eu
ROOT=${BRAMBLE_ROOT:-}
data=$ROOT/var/lib/cloud/data

# Raspberry Pi OS blocks Wi-Fi until a country is set.
if [ "$HAS_WIFI" = 1 ] && command -v rfkill >/dev/null; then rfkill unblock wifi || true; fi

# The board is set up, and the private key has left the boot partition: nothing is left to do.
if printf '%s' "$CARD" | cmp -s - "$ROOT/etc/bramble/card" &&
  ! grep -qs 'PRIVATE KEY-' "$ROOT/boot/firmware/user-data" "$ROOT/boot/user-data"; then
  exit 0
fi
# cloud-init does not flush what it writes: an empty network-config.json would stop each later start before it is here.
sync
# At the first boot of a card these differ.
if ! cmp -s "$data/previous-instance-id" "$data/instance-id"; then exit 0; fi
echo "bramble: the first boot was interrupted; it starts again" >&2
cloud-init clean
sync
systemctl --no-block reboot
# Nothing of this boot may come in between.
sleep 600
