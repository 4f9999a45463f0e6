#!/usr/bin/env bash
# Behind setUp.sh, as cloud-init's last step.

# The boot partition can be read by everybody: the private key leaves it once the board has it. With the instance's
# id as it was cloud-init does nothing more.
spend_user_data() {
  local folder
  # Another seed than a boot partition's is its owner's to clean.
  folder=$(boot_folder user-data) || return 0
  printf '%s' "$SPENT" | put - "$folder/user-data"
  sync
}

set_up
mark_card
spend_user_data
start_ssh
rm -f "$ROOT$SET_UP"
