#!/usr/bin/env bash
# Can this board be set up without taking anything from its owner? Reads only, as the user who logs in, and comes
# before anything is touched. Everything that stands in the way is named at once; without sudo, which is named too,
# what only root may see is not seen.

# Whether bramble was at work on this board before: then what is here may be its own.
set_up() {
  head -n 1 "$ROOT$CARD_MARK" 2>/dev/null | grep -qxF "$BOARD" || [ -e "$ROOT$FORGOTTEN" ] || as_root test -e "$DONE_MARK" 2>/dev/null
}

promises() {
  clear_of board_obstacles card_obstacles storage_obstacles cluster_obstacles container_obstacles package_obstacles \
    config_obstacles source_obstacles network_obstacles module_obstacles boot_obstacles swap_obstacles
}

undo() { :; }

phase "$@"
