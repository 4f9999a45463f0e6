#!/usr/bin/env bash
# How apt upgrades a board by itself, and who said so; for the phases inspect and updates, behind prelude.sh.

export UPDATES_CONFIG=/etc/apt/apt.conf.d/90-bramble
export UPDATE_TIMERS="apt-daily.timer apt-daily-upgrade.timer"
# Where bramble's part of each timer is.
export UPDATE_DROP_IN=90-bramble.conf

# Every file with settings for apt, but bramble's. Of others in that folder apt reads none (apt.conf(5)).
owners_settings() {
  local file name
  for file in "$ROOT"/etc/apt/apt.conf "$ROOT"/etc/apt/apt.conf.d/*; do
    name=${file##*/}
    if [ ! -r "$file" ] || [ "${file#"$ROOT"}" = "$UPDATES_CONFIG" ] || [[ $name == *.* && $name != *.conf ]]; then continue; fi
    echo "${file#"$ROOT"}"
  done
}

# as_shipped PATH: as a package or its questions have brought it. What people may answer is not among dpkg's own files:
# ucf keeps its sums.
as_shipped() {
  local sum
  sum=$(md5sum <"$ROOT$1" | cut -d' ' -f1)
  if grep -qxsF "$sum  $1" "$ROOT/var/lib/ucf/hashfile"; then return; fi
  dpkg -S "$1" >/dev/null 2>&1 &&
    { dpkg-query -W -f='${Conffiles}\n' 2>/dev/null || true; } | awk -v path="$1" -v sum="$sum" '
      $1 == path && $2 != sum { changed = 1 } END { exit changed }'
}

sets_updates() { grep -vE '^[[:space:]]*(//|#)' "$ROOT$1" | grep -qE 'Unattended-Upgrade|Periodic'; }

# What the board's owner has said of the times: other drop-ins, units in place of apt's, and units that are masked.
owners_times() {
  local timer path
  for timer in $UPDATE_TIMERS; do
    for path in "$ROOT/etc/systemd/system/$timer" "$ROOT/etc/systemd/system/${timer%.timer}.service" "$ROOT/etc/systemd/system/$timer.d"/*.conf; do
      if { [ -e "$path" ] || [ -L "$path" ]; } && [ "${path##*/}" != "$UPDATE_DROP_IN" ]; then echo "${path#"$ROOT"}"; fi
    done
  done
}

# owners_updates: the owner's files about automatic upgrades, one a line.
owners_updates() {
  local file
  owners_settings | while read -r file; do
    if sets_updates "$file" && ! as_shipped "$file"; then echo "$file"; fi
  done
  owners_times
}

# What bramble would contradict. Without automatic upgrades of bramble's there is nothing.
update_obstacles() {
  local files
  if [ "$UPDATES" = none ]; then return; fi
  files=$(owners_updates | paste -sd' ')
  if [ -n "$files" ]; then
    obstacle "automatic upgrades are configured by files that bramble did not write: $files" \
      "to keep them: cluster.systemUpdates.install: none; or remove what they say of upgrades (Unattended-Upgrade, APT::Periodic, the timers of apt-daily) and run pulumi up again"
  fi
}
