#!/usr/bin/env bash
# Reboots if the running kernel lacks what the boot configuration asks for. The reboot is left to systemd, for
# the connection would die with it; the phase `restarted` comes after.

boot_id() { cat "$ROOT/proc/sys/kernel/random/boot_id"; }

# Whether a run that was cut off has asked for the reboot. The board may be going down, and starts nothing more;
# if it is not, `restarted` will say so.
asked_before() { [ "$before" = "$(boot_id)" ]; }

# No new connection may come before the reboot: it would die with it. Should the reboot not happen, ssh is
# back after two minutes.
restart() {
  local before
  before=$(cat "$STATE/rebooted-from" 2>/dev/null) || true
  mkdir -p "$STATE"
  boot_id >"$STATE/rebooted-from"
  sync
  quietly systemd-run --collect --on-active=120 systemctl start ssh.service || asked_before
  quietly systemd-run --collect --on-active=2 systemctl reboot || asked_before
  systemctl stop ssh.socket sshd.socket 2>/dev/null || true
  systemctl stop ssh.service || asked_before
}

promises() {
  # `restarted` says whether it helped: here the board is about to go down.
  if verifying; then return; fi
  if ! memory_cgroup && lacking "the running kernel has no memory cgroup"; then restart; fi
}

undo() { :; }

phase "$@"
