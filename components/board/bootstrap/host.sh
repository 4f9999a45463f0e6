#!/usr/bin/env bash
# The board's name, the other boards' addresses, UTC, and a synchronised clock: boards have no clock that runs
# without power, and a certificate made in 1970 is expired.

zone=/usr/share/zoneinfo/Etc/UTC
chrony=/etc/chrony/sources.d/bramble.sources
timesyncd=/etc/systemd/timesyncd.conf.d/90-bramble.conf
cloud=/etc/cloud/cloud.cfg.d/99-bramble.cfg
# What the board had before, for when it leaves.
kept=$STATE/before

name_is_set() { [ "$(cat "$ROOT/etc/hostname" 2>/dev/null)" = "$BOARD" ] && [ "$(hostname)" = "$BOARD" ]; }

# Where cloud-init takes /etc/hosts from at each boot, if it writes that file. Its user-data, in which Raspberry
# Pi Imager asks for it, outweighs whatever cloud.cfg.d says, so the lines go into the template.
hosts_templates() {
  local managed='^[[:space:]]*"?manage_etc_hosts"?:[[:space:]]*["'\'']?(true|template|yes|on|1)' instance template
  instance=$(pointed "$ROOT/var/lib/cloud/instance")
  if ! grep -qsiE "$managed" "$ROOT"/etc/cloud/cloud.cfg "$ROOT"/etc/cloud/cloud.cfg.d/*.cfg \
    "$instance"/{cloud-config,vendor-cloud-config,vendor2-cloud-config,user-data}.txt; then
    return
  fi
  # Also Ubuntu's and Raspberry Pi OS's.
  template=/etc/cloud/templates/hosts.debian.tmpl
  if [ -e "$ROOT$template" ]; then echo "$template"; fi
}

# Without it nothing finds the machine itself. Empty it is only after a power cut.
hosts_there() {
  if [ -s "$ROOT/etc/hosts" ] && ! damaged /etc/hosts; then return; fi
  if needs_change "/etc/hosts is missing or was damaged by a power cut"; then
    if [ -e "$ROOT/etc/hosts" ]; then set_aside /etc/hosts; fi
    printf '%s\n' '127.0.0.1 localhost' '::1 localhost ip6-localhost ip6-loopback' >"$WORK/hosts"
    replace "$ROOT/etc/hosts" "$WORK/hosts"
  fi
  [ -e "$ROOT/etc/hosts" ]
}

# in_hosts FILTER…: the files that hold the boards' names.
in_hosts() {
  local template
  if hosts_there; then edited /etc/hosts "$@"; fi
  while read -r template; do edited "$template" "$@"; done < <(hosts_templates)
}

# keep PATH: what it was before bramble's first change, whole or not at all.
keep() {
  if [ -e "$kept$1" ] || [ -L "$kept$1" ]; then return; fi
  { mkdir -p "$(dirname "$kept$1")" && cp -aT --remove-destination "$ROOT$1" "$kept$1.new" && sync -f "$STATE" && mv -T "$kept$1.new" "$kept$1"; } 2>"$WORK/why" || cannot_write "$kept$1"
}

# give_back PATH
give_back() {
  if [ ! -e "$kept$1" ] && [ ! -L "$kept$1" ]; then return; fi
  mv -T "$kept$1" "$ROOT$1" 2>"$WORK/why" || cannot_write "$ROOT$1"
}

in_utc() { [ "$(readlink "$ROOT/etc/localtime")" = "$zone" ]; }

utc() {
  if ! in_utc && needs_change "the time zone is not UTC"; then
    if [ -e "$ROOT/etc/localtime" ] || [ -L "$ROOT/etc/localtime" ]; then keep /etc/localtime; fi
    { ln -sfn "$zone" "$ROOT/etc/localtime.bramble-new" && mv -T "$ROOT/etc/localtime.bramble-new" "$ROOT/etc/localtime"; } 2>"$WORK/why" ||
      cannot_write "$ROOT/etc/localtime"
  fi
  if [ -e "$ROOT/etc/timezone" ] && [ "$(cat "$ROOT/etc/timezone")" != Etc/UTC ]; then
    if applying; then keep /etc/timezone; fi
    echo Etc/UTC | file /etc/timezone
  fi
}

# The time servers of the settings, in the configuration of what keeps the time. Empty: those of the system.
servers() {
  local service path='' server
  service=$(time_service)
  case $service in
    chrony*) path=$chrony ;;
    systemd-timesyncd.service) path=$timesyncd ;;
    *)
      for server in $TIME_SERVERS; do
        if ! grep -qsF "$server" "$ROOT"/etc/ntp.conf "$ROOT"/etc/ntpsec/ntp.conf "$ROOT"/etc/openntpd/ntpd.conf; then
          needs_change "$service keeps the time but does not use $server" \
            "add $server to its configuration and restart it, or install chrony instead" || true
        fi
      done
      return
      ;;
  esac
  if [ -z "$TIME_SERVERS" ]; then
    absent "$path"
  elif [ "$path" = "$chrony" ]; then
    for server in $TIME_SERVERS; do echo "server $server iburst"; done | file "$path"
  else
    printf '[Time]\nNTP=%s\n' "$TIME_SERVERS" | file "$path"
  fi
  if [ -e "$ROOT$path" ] && ! started_after "$service" "$path" && needs_change "$service still uses its old time servers"; then
    quietly systemctl restart "$service" || fail "$service does not start with $path" "see: journalctl -u $service"
  fi
}

desired_state() {
  require_none other_node
  printf '%s\n' "$BOARD" "$(serial)" | file "$CARD_MARK"
  if [ -z "$(time_service)" ] && needs_change "no time synchronisation service is installed"; then
    repair_packages
    refresh_packages
    install_packages systemd-timesyncd
  fi
  # cloud-init would set its own name at each boot.
  if [ -d "$ROOT/etc/cloud" ]; then echo 'preserve_hostname: true' | file "$cloud"; fi
  if ! name_is_set && needs_change "its host name is $(hostname)"; then
    echo "$BOARD" >"$WORK/name"
    replace "$ROOT/etc/hostname" "$WORK/name"
    quietly hostname "$BOARD" || fail "the kernel rejects the host name $BOARD" "reboot the board, then run pulumi up again"
  fi
  local entries=()
  mapfile -t entries <<<"$HOSTS"
  in_hosts with_block "${entries[@]}"
  utc
  servers
  if ! clock_is_set && needs_change "the clock is not synchronised"; then
    # Another program is its owner's, to be started and stopped as it was.
    case $(time_service) in
      chrony* | systemd-timesyncd.service)
        quietly timedatectl set-ntp true ||
          fail "$(time_service) can't be started" "see: systemctl status $(time_service); if it is masked: sudo systemctl unmask $(time_service)"
        ;;
    esac
    set_clock
  fi
}

# The name and the clock stay: what else runs on the board may rely on them.
remove() {
  in_hosts without_block
  absent "$cloud"
  if in_utc; then
    give_back /etc/localtime
    give_back /etc/timezone
  fi
  absent "$chrony"
  absent "$timesyncd"
  absent "$CARD_MARK"
  # It may come back under another name.
  absent /etc/bramble/card
}

phase "$@"
