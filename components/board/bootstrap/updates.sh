#!/usr/bin/env bash
# Updates of the board's own system: which are installed by themselves, and when. What the cluster runs on is never
# among them, and no board reboots by itself. A reboot that is due is on the board's node, in the annotation
# bramble/reboot-due.

units=/etc/systemd/system
reporter=/usr/local/lib/bramble/reboot-due.sh
# Timers that were off before.
noted_timers=$STATE/update-timers

# origins: the repositories that updates may come from, as unattended-upgrades names them.
origins() {
  local codename
  codename=$(os_release VERSION_CODENAME)
  case $UPDATES,$(os_release ID) in
    all,*) echo 'origin=*' ;;
    *,ubuntu) printf '%s\n' "origin=Ubuntu,suite=$codename-security" "origin=UbuntuESM,suite=$codename-infra-security" "origin=UbuntuESMApps,suite=$codename-apps-security" ;;
    # All fixes of security since bullseye.
    *) echo "origin=Debian,codename=$codename-security,label=Debian-Security" ;;
  esac
}

configuration() {
  local origin
  printf '%s\n' \
    'Unattended-Upgrade::Package-Blacklist { "containerd"; "cri-tools"; "kube"; "runc"; };' \
    'Unattended-Upgrade::Automatic-Reboot "false";'
  if [ "$UPDATES" = none ]; then return; fi
  # Armbian turns the first off. The lists replace those of the package.
  printf '%s\n' 'APT::Periodic::Enable "1";' 'APT::Periodic::Update-Package-Lists "1";' 'APT::Periodic::Unattended-Upgrade "1";' \
    '#clear Unattended-Upgrade::Allowed-Origins;' '#clear Unattended-Upgrade::Origins-Pattern;' 'Unattended-Upgrade::Origins-Pattern {'
  origins | while read -r origin; do echo "  \"$origin\";"; done
  echo '};'
}

# times AT SPREAD: a run that a board missed while it was off is not made up for: it would be outside the window.
times() { printf '[Timer]\nOnCalendar=\nOnCalendar=%s\nRandomizedDelaySec=%sm\nPersistent=false\n' "$1" "$2"; }

# running UNIT…: enabled, at work, and by the files as they are now.
running() {
  local unit
  for unit; do
    systemctl -q is-enabled "$unit" && systemctl -q is-active "$unit" &&
      [ "$(systemctl show --property=NeedDaemonReload --value "$unit")" != yes ] || return 1
  done
}

# start UNIT…
start() {
  quietly systemctl daemon-reload
  quietly systemctl enable "$@"
  quietly systemctl restart "$@"
}

timers() {
  local timer
  times "$LISTS_AT" "$SPREAD" | file "$units/apt-daily.timer.d/$UPDATE_DROP_IN"
  times "$UPGRADE_AT" "$SPREAD" | file "$units/apt-daily-upgrade.timer.d/$UPDATE_DROP_IN"
  for timer in $UPDATE_TIMERS; do
    if ! running "$timer" && needs_change "$timer is not running with this window"; then
      if ! systemctl -q is-enabled "$timer"; then note "$noted_timers" "$timer"; fi
      start "$timer"
    fi
  done
}

# The times are apt's own again, and what was off is off.
own_timers() {
  local timer
  for timer in $UPDATE_TIMERS; do
    if [ ! -e "$ROOT$units/$timer.d/$UPDATE_DROP_IN" ]; then continue; fi
    absent "$units/$timer.d/$UPDATE_DROP_IN"
    rmdir "$ROOT$units/$timer.d" 2>/dev/null || true
    if checking || verifying; then continue; fi
    quietly systemctl daemon-reload
    if grep -qxsF "$timer" "$noted_timers"; then
      quietly systemctl disable --now "$timer"
      strike "$noted_timers" "$timer"
    else
      quietly systemctl try-restart "$timer"
    fi
  done
}

unit() { printf '[Unit]\nDescription=%s\n\n%s\n' "$1" "$2"; }

# A package asks for a reboot by a file; after a boot there is none, and the node says so too.
report() {
  local name=bramble-reboot-due
  printf '%s' "$REPORT_SCRIPT" | file "$reporter"
  unit "Tells the cluster whether this board needs a reboot" "[Service]
Type=oneshot
Nice=10
ExecStart=/bin/bash $reporter $BOARD" | file "$units/$name.service"
  unit "Whether this board needs a reboot, every hour" "[Timer]
OnBootSec=1min
OnUnitActiveSec=1h

[Install]
WantedBy=timers.target" | file "$units/$name.timer"
  unit "Whether this board needs a reboot, as soon as a package asks for one" "[Path]
PathChanged=/run/reboot-required
PathChanged=/run/reboot-required.pkgs

[Install]
WantedBy=multi-user.target" | file "$units/$name.path"
  if ! running "$name.timer" "$name.path" && needs_change "$name is not running"; then start "$name.timer" "$name.path"; fi
}

desired_state() {
  require_none update_obstacles
  # Before the package is there: it begins with its own.
  configuration | file "$UPDATES_CONFIG"
  report
  if [ "$UPDATES" = none ]; then
    own_timers
    if ours unattended-upgrades && [ -n "$(installed unattended-upgrades)" ] && needs_change "unattended-upgrades is installed"; then
      remove_ours unattended-upgrades
    fi
    return
  fi
  repair_packages
  if [ -z "$(installed unattended-upgrades)" ] && needs_change "unattended-upgrades is not installed"; then
    refresh_packages
    install_packages unattended-upgrades
  fi
  # A program in Python that only waits for the board to shut down, in memory that the plan does not have; apt's own service
  # has a shutdown wait for an upgrade (TimeoutStopSec=900).
  if ours unattended-upgrades && systemctl -q is-enabled unattended-upgrades && needs_change "unattended-upgrades waits in memory for a shutdown"; then
    quietly systemctl disable --now unattended-upgrades
  fi
  timers
}

remove() {
  local name=bramble-reboot-due each
  absent "$UPDATES_CONFIG"
  own_timers
  systemctl disable --now "$name.timer" "$name.path" 2>/dev/null || true
  for each in "$units/$name".{timer,path,service} "$reporter"; do absent "$each"; done
  systemctl daemon-reload
  remove_ours unattended-upgrades
}

phase "$@"
