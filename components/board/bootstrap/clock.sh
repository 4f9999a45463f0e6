#!/usr/bin/env bash
# For the phases that need the right time; in front of them, behind prelude.sh.

has_unit() { [ -e "$ROOT/lib/systemd/system/$1" ] || [ -e "$ROOT/usr/lib/systemd/system/$1" ]; }

# Which program keeps the time: chrony.service or systemd-timesyncd.service.
time_service() {
  if has_unit chrony.service; then echo chrony.service; else echo systemd-timesyncd.service; fi
}

clock_is_set() { [ "$(timedatectl show --property=NTPSynchronized --value)" = yes ]; }

set_clock() {
  local tries
  for ((tries = 0; tries < CLOCK_WAIT; tries++)); do
    if clock_is_set; then return; fi
    sleep 1
  done
  fail "the clock shows $(date -u '+%F %T') and is not synchronised after $CLOCK_WAIT s by $(time_service)" \
    "let the board reach a time server (UDP port 123), or name one that it reaches: cluster.timeServers"
}
