#!/usr/bin/env bash
# Reboots a board whose system needs it, once it is drained. Whether it is back is for in-service to see, which for most
# boards runs on another one.

required=/run/reboot-required
reporter=/usr/local/lib/bramble/reboot-due.sh

as_kubelet() { kubectl --kubeconfig "$ROOT/etc/kubernetes/kubelet.conf" --request-timeout=60s "$@"; }

asking() { { sort -u "$ROOT$required.pkgs" 2>/dev/null || true; } | listed; }

# The boot from which the board was drained to be rebooted.
drained_from() { as_kubelet get node "$BOARD" -o 'jsonpath={.metadata.annotations.bramble/reboot-from}'; }

# Nothing is being installed, and nothing will be: a package that is half installed may be the kernel.
end_updates() {
  systemctl stop apt-daily.timer apt-daily-upgrade.timer 2>/dev/null || true
  repair_packages
  # Changes nothing, and waits for whoever does.
  apt install
}

# due: says that a reboot is due, where that is not to be changed from here.
due() { echo "$PHASE: a reboot is due${packages:+ for $packages}; $1"; }

desired_state() {
  # The board is about to go down.
  if verifying; then return; fi
  local packages from=''
  packages=$(asking)
  if applying && [ "$REBOOT" = 1 ]; then from=$(drained_from); fi
  if [ ! -e "$ROOT$required" ]; then
    # It is no longer needed: in-service does not wait for it.
    if [ -n "$from" ] && [ "$from" = "$(boot_id)" ]; then as_kubelet annotate node "$BOARD" bramble/reboot-from- >/dev/null; fi
  elif [ "$REBOOT" = 0 ]; then
    due "reboot the board yourself, or see cluster.systemUpdates.reboot"
  elif applying && [ "$from" != "$(boot_id)" ]; then
    # It came up since the board was drained, or nobody has said so before: now the next drain knows.
    rm -f "$ROOT/run/bramble-reboot-due"
    quietly bash "$ROOT$reporter" "$BOARD"
    due "the board was not drained for it. Run npm run drift, then pulumi up"
  elif needs_change "a reboot is due${packages:+ for $packages}"; then
    end_updates
    reboot_soon
  fi
}

phase "$@"
