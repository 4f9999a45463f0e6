#!/usr/bin/env bash
# For the phases that need the right time; in front of them, behind prelude.sh.

# A package of the owner's that keeps the time. All of them provide time-daemon, and none bears another beside it:
# apt would remove it for systemd-timesyncd.
time_package() {
  dpkg-query -W -f='${db:Status-Abbrev}|${Package}|${Provides}\n' 2>/dev/null |
    awk -F'|' '$1 ~ /^.i/ && $3 ~ /(^|[ ,])time-daemon/ { print $2; exit }'
}

# Which program keeps the time, or nothing.
time_service() {
  local unit package
  for unit in chrony.service chronyd.service systemd-timesyncd.service; do
    if has_unit "$unit"; then
      echo "$unit"
      return
    fi
  done
  package=$(time_package)
  for unit in "$package" ntp ntpd openntpd; do
    if [ -n "$unit" ] && has_unit "$unit.service"; then
      echo "$unit.service"
      return
    fi
  done
  echo "$package"
}

clock_is_set() { [ "$(timedatectl show --property=NTPSynchronized --value)" = yes ]; }

set_clock() {
  local tries
  for ((tries = 0; tries < CLOCK_WAIT; tries++)); do
    if clock_is_set; then return; fi
    sleep 1
  done
  fail "the clock shows $(date -u '+%F %T') and $(time_service) has not synchronised it within $CLOCK_WAIT s" \
    "allow the board to reach a time server (UDP port 123), or set one that it can reach: cluster.timeServers"
}
