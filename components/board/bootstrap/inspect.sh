#!/usr/bin/env bash
# Can this board be set up without taking anything from its owner? Reads only, as the user who logs in, before
# anything is changed. Reports all obstacles at once; without sudo, itself an obstacle, not those that only root can see.

# Whether bramble was at work on this board before: then what is here may be its own.
set_up() {
  head -n 1 "$ROOT$CARD_MARK" 2>/dev/null | grep -qxF "$BOARD" || [ -e "$ROOT$FORGOTTEN" ] || as_root test -e "$DONE_MARK" 2>/dev/null
}

desired_state() {
  await_disk
  require_none board_obstacles card_obstacles disk_obstacles storage_obstacles folder_obstacles cluster_obstacles container_obstacles package_obstacles \
    config_obstacles source_obstacles update_obstacles resolver_obstacles port_obstacles module_obstacles boot_obstacles swap_obstacles
}

phase "$@"
