#!/usr/bin/env bash
# The board's name, the other boards' addresses, UTC, and a synchronised clock: boards have no clock that runs
# without power, and a certificate made in 1970 is expired.

zone=/usr/share/zoneinfo/Etc/UTC
chrony=/etc/chrony/sources.d/bramble.sources
timesyncd=/etc/systemd/timesyncd.conf.d/90-bramble.conf

name_is_set() { [ "$(cat "$ROOT/etc/hostname" 2>/dev/null)" = "$BOARD" ] && [ "$(hostname)" = "$BOARD" ]; }

# The servers are the operating system's own unless the settings name some.
servers() {
  local path=$timesyncd
  if [ "$(time_service)" = chrony.service ]; then path=$chrony; fi
  if [ -z "$TIME_SERVERS" ]; then
    absent "$path"
  elif [ "$path" = "$chrony" ]; then
    local server
    for server in $TIME_SERVERS; do echo "server $server iburst"; done | file "$path"
  else
    printf '[Time]\nNTP=%s\n' "$TIME_SERVERS" | file "$path"
  fi
  if [ -e "$ROOT$path" ] && ! started_after "$(time_service)" "$path" && lacking "$(time_service) has old servers"; then
    systemctl restart "$(time_service)"
  fi
}

promises() {
  if ! has_unit "$(time_service)" && lacking "no program keeps the time"; then
    repair_packages
    refresh_packages
    install_packages systemd-timesyncd
  fi
  # cloud-init would set its own name, and write /etc/hosts, at each boot.
  if [ -d "$ROOT/etc/cloud" ]; then
    printf 'preserve_hostname: true\nmanage_etc_hosts: false\n' | file /etc/cloud/cloud.cfg.d/99-bramble.cfg
  fi
  if ! name_is_set && lacking "its name is $(hostname)"; then
    echo "$BOARD" >"$WORK/name"
    replace "$ROOT/etc/hostname" "$WORK/name"
    hostname "$BOARD"
  fi
  local entries=()
  mapfile -t entries <<<"$HOSTS"
  edited /etc/hosts with_block "${entries[@]}"
  if [ "$(readlink "$ROOT/etc/localtime")" != "$zone" ] && lacking "the time zone is not UTC"; then
    ln -sfn "$zone" "$ROOT/etc/localtime"
  fi
  if [ -e "$ROOT/etc/timezone" ]; then echo Etc/UTC | file /etc/timezone; fi
  servers
  if ! clock_is_set && lacking "the clock was not synchronised"; then
    timedatectl set-ntp true
    set_clock
  fi
}

# Name, time zone and clock stay: what else runs on the board may rely on them.
undo() {
  edited /etc/hosts with_block
  absent /etc/cloud/cloud.cfg.d/99-bramble.cfg
  absent "$chrony"
  absent "$timesyncd"
}

phase "$@"
