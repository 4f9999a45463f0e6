#!/usr/bin/env bash
# Reboots if the running kernel lacks what the boot configuration asks for. The phase `restarted` comes after.

desired_state() {
  # `restarted` says whether it helped: here the board is about to go down.
  if verifying; then return; fi
  if cgroup_version_1; then
    if needs_change "systemd runs on cgroup v1"; then reboot_soon; fi
  elif ! memory_cgroup && needs_change "the running kernel has no memory cgroup"; then
    reboot_soon
  fi
}

phase "$@"
