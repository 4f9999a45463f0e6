#!/usr/bin/env bash
# The board is up again if it had to reboot, and what only a boot could show holds. Without a clock chip it has
# started with the time at which it went down.

has_rebooted() { ! [ -e "$STATE/rebooted-from" ] || [ "$(cat "$STATE/rebooted-from")" != "$(boot_id)" ]; }

desired_state() {
  if applying; then
    if has_rebooted && ! clock_is_set; then set_clock; fi
    return
  fi
  if ! has_rebooted; then
    needs_change "the board has not rebooted" "reboot it by hand, then run pulumi up again" || true
  fi
  if cgroup_version_1; then
    needs_change "systemd uses cgroup v1, which the kubelet does not support; the kernel's command line: $(cat "$ROOT/proc/cmdline")" \
      "remove systemd.unified_cgroup_hierarchy=0 or systemd.legacy_systemd_cgroup_controller from the boot loader's configuration and reboot" || true
  elif ! memory_cgroup; then
    needs_change "the kernel has no memory cgroup; its command line: $(cat "$ROOT/proc/cmdline")" \
      "make sure the boot loader passes cgroup_enable=memory; after npm run drift, the next up sets it and reboots again" || true
  fi
  if [ -n "$(swap_in_use)" ]; then
    needs_change "swap is on: $(swap_in_use | tr '\n' ' ')" \
      "find what turns it on (systemctl list-units --type=swap; sudo grep -rl swapon /etc /usr/local) and disable that" || true
  fi
}

remove() { rm -f "$STATE/rebooted-from"; }

phase "$@"
