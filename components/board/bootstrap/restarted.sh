#!/usr/bin/env bash
# The board is up again if it had to reboot, and what only a boot could show holds. Without a clock chip it has
# started with the time at which it went down.

boot_id() { cat "$ROOT/proc/sys/kernel/random/boot_id"; }

has_rebooted() { ! [ -e "$STATE/rebooted-from" ] || [ "$(cat "$STATE/rebooted-from")" != "$(boot_id)" ]; }

promises() {
  if applying; then
    if has_rebooted && ! clock_is_set; then set_clock; fi
    return
  fi
  if ! has_rebooted; then
    lacking "the board has not rebooted" "reboot it by hand, then run pulumi up again" || true
  fi
  if cgroup_version_1; then
    lacking "systemd uses cgroup v1, which the kubelet refuses; the kernel was started with: $(cat "$ROOT/proc/cmdline")" \
      "take systemd.unified_cgroup_hierarchy=0 or systemd.legacy_systemd_cgroup_controller out of the boot loader's configuration and reboot" || true
  elif ! memory_cgroup; then
    lacking "the kernel has no memory cgroup; it was started with: $(cat "$ROOT/proc/cmdline")" \
      "see that the boot loader passes cgroup_enable=memory; npm run drift has the next up set it and reboot again" || true
  fi
  if [ -n "$(swap_in_use)" ]; then
    lacking "swap is on: $(swap_in_use | tr '\n' ' ')" \
      "see what turned it on: systemctl list-units --type=swap; sudo grep -rl swapon /etc /usr/local; then turn that off" || true
  fi
}

undo() { rm -f "$STATE/rebooted-from"; }

phase "$@"
