#!/usr/bin/env bash
# How a board is rebooted by what runs on it; for the phase reboot and the step restart, behind prelude.sh. The reboot is
# left to systemd, for the connection would die with it.

# Whether a run that was cut off has asked for the reboot. The board may be going down, and starts nothing more;
# if it is not, what comes after will say so.
asked_before() { [ "$before" = "$(boot_id)" ]; }

# own_unit: the service in whose group the server of this connection runs; a session has one of its own.
own_unit() {
  local process=$$ unit=''
  while [ "${process:-0}" -gt 1 ]; do
    unit=$(sed -n 's|.*/\([^/]*\.service\)$|\1|p' "$ROOT/proc/$process/cgroup" 2>/dev/null | tail -n 1)
    process=$(awk '/^PPid:/ { print $2 }' "$ROOT/proc/$process/status" 2>/dev/null)
  done
  # An instance serves this one connection, and its socket the next.
  case $unit in *@*) echo "${unit%%@*}.socket" ;; ?*) echo "$unit" ;; esac
}

# What takes SSH connections on this board, one unit a line: OpenSSH under its names, Dropbear (DietPi's default),
# and whatever serves this connection. Only what leaves this one alone when it is stopped.
ssh_servers() {
  local unit
  for unit in ssh.socket sshd.socket dropbear.socket ssh.service sshd.service dropbear.service "$(own_unit)"; do
    if [ -z "$unit" ] || ! has_unit "$unit" || ! systemctl -q is-active "$unit"; then continue; fi
    case $unit in
      *.socket) echo "$unit" ;;
      *) if [ "$(systemctl show --property=KillMode --value "$unit")" = process ]; then echo "$unit"; fi ;;
    esac
  done | awk '!seen[$0]++'
}

# No new connection may come before the reboot: it would die with it. Should the reboot not happen, what was stopped
# is back after two minutes. Once it is ordered nothing here may fail.
reboot_soon() {
  local before servers=()
  before=$(cat "$STATE/rebooted-from" 2>/dev/null) || true
  mapfile -t servers < <(ssh_servers)
  mkdir -p "$STATE"
  boot_id >"$STATE/rebooted-from"
  sync
  if [ ${#servers[@]} != 0 ]; then
    quietly systemd-run --collect --on-active=120 systemctl start "${servers[@]}" || asked_before ||
      fail "systemd does not start any more units" "reboot the board by hand, then run pulumi up again"
  fi
  quietly systemd-run --collect --on-active=2 systemctl reboot || asked_before ||
    fail "systemd rejects the request to reboot" "reboot the board by hand, then run pulumi up again"
  local unit
  for unit in "${servers[@]}"; do systemctl stop "$unit" 2>/dev/null || true; done
}
