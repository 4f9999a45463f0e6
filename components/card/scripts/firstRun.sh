#!/usr/bin/env bash
# Behind setUp.sh, run by systemd before anything that needs a network; the board reboots afterwards.

set_network() {
  local state
  printf '%s' "$KEYFILE" | put 600 /etc/NetworkManager/system-connections/bramble.nmconnection
  if [ -z "$COUNTRY" ]; then return; fi
  # Raspberry Pi OS blocks Wi-Fi until a country is set.
  if command -v raspi-config >/dev/null; then raspi-config nonint do_wifi_country "$COUNTRY" || true; fi
  rfkill unblock wifi || true
  for state in "$ROOT"/var/lib/systemd/rfkill/*:wlan; do
    if [ -e "$state" ]; then echo 0 >"$state"; fi
  done
}

# take_out: the kernel's command line no longer starts the script, which goes.
take_out() {
  local folder
  folder=$(boot_folder cmdline.txt)
  sed -E 's/ systemd\.(run|run_success_action|run_failure_action|unit)=[^ ]*//g' "$ROOT$folder/cmdline.txt" | put - "$folder/cmdline.txt"
  sync
  rm -f "$ROOT$folder/firstrun.sh" "$ROOT/boot/firstrun.sh"
  sync
}

# Whatever is cut off, the next boot finds a script, since a board whose command line names a missing one does not
# start: at first this one, then one without the private key, then none. No line here may end with the script's name
# behind rm: Raspberry Pi OS (initramfs-tools/scripts/local-bottom/imager_fixup) cuts the script off there.
end_first_run() {
  local folder
  folder=$(boot_folder firstrun.sh)
  {
    printf '%s\n' '#!/bin/bash' 'set -Eeuo pipefail' "ROOT=\${BRAMBLE_ROOT:-}"
    declare -f put boot_folder take_out
    echo take_out
  } | put - "$folder/firstrun.sh"
  sync
  take_out
}

set_up
set_network
mark_card
end_first_run
