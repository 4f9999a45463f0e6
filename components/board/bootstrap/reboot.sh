#!/usr/bin/env bash
# Reboots if the running kernel lacks what the boot configuration asks for. The reboot is left to systemd, for
# the connection would die with it; the phase `restarted` comes after.

boot_id() { cat "$ROOT/proc/sys/kernel/random/boot_id"; }

# So it is when the run before was cut off after it had asked for the reboot: nothing can be started any more.
going_down() { [ "$(systemctl is-system-running 2>/dev/null)" = stopping ]; }

# No new connection may come before the reboot: it would die with it. Should the reboot not happen, ssh is
# back after two minutes.
restart() {
  mkdir -p "$STATE"
  boot_id >"$STATE/rebooted-from"
  sync
  quietly systemd-run --collect --on-active=120 systemctl start ssh.service || going_down
  quietly systemd-run --collect --on-active=2 systemctl reboot || going_down
  systemctl stop ssh.socket sshd.socket 2>/dev/null || true
  systemctl stop ssh.service || going_down
}

promises() {
  # `restarted` says whether it helped: here the board is about to go down.
  if verifying; then return; fi
  if ! memory_cgroup && lacking "the running kernel has no memory cgroup"; then restart; fi
}

undo() { :; }

phase "$@"
