#!/usr/bin/env bash
# Snapshots of etcd and renewal of certificates, each by a timer, on a control plane.

folder=/usr/local/lib/bramble
units=/etc/systemd/system

unit() {
  cat <<UNIT
[Unit]
Description=$1

[Service]
Type=oneshot
Nice=10
ExecStart=/bin/bash $folder/$2.sh
TimeoutStartSec=2h
UNIT
}

# A run that a board missed while it was off is done when it is on again.
# timer DESCRIPTION TIMES [SETTING]
timer() {
  cat <<UNIT
[Unit]
Description=$1

[Timer]
OnCalendar=$2
${3:+$3
}RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
UNIT
}

# Enabled, at work, and by the file as it is now.
started() {
  systemctl -q is-enabled "$1" && systemctl -q is-active "$1" &&
    [ "$(systemctl show --property=NeedDaemonReload --value "$1")" != yes ]
}

# The lock goes with it: the service would wait for this step.
run_again() {
  case $1 in
    certificates) renew_certificates && quietly systemctl reset-failed bramble-certificates.service ;;
    *) quietly systemctl daemon-reload && quietly systemctl restart "bramble-$1.service" ;;
  esac
}

desired_state() {
  printf '%s' "$SNAPSHOT_SCRIPT" | file "$folder/snapshot.sh"
  printf '%s' "$CERTIFICATES_SCRIPT" | file "$folder/certificates.sh"
  printf 'BOARD=%s\nSTORE=%s\nSTORE_KEYS=%s\nKEPT=%s\n' "$BOARD" "$STORE" /etc/bramble/snapshot-hosts "$KEPT" |
    file /etc/bramble/snapshot.conf
  if [ -n "$STORE" ]; then printf '%s\n' "$STORE_KEY" | file /etc/bramble/snapshot-hosts; else absent /etc/bramble/snapshot-hosts; fi
  unit "Snapshot of etcd" snapshot | file "$units/bramble-snapshot.service"
  timer "Snapshots of etcd" "$SNAPSHOT_TIMES" | file "$units/bramble-snapshot.timer"
  unit "Renewal of the control plane's certificates" certificates | file "$units/bramble-certificates.service"
  # After each boot too: it may have been one in the middle of a renewal, or after a year.
  timer "Renewal of the control plane's certificates" daily OnBootSec=2min | file "$units/bramble-certificates.timer"
  local name found
  for name in snapshot certificates; do
    if ! started "bramble-$name.timer" && needs_change "the timer bramble-$name is not running"; then
      quietly systemctl daemon-reload
      quietly systemctl enable "bramble-$name.timer"
      quietly systemctl restart "bramble-$name.timer"
    fi
    if systemctl -q is-failed "bramble-$name.service" && needs_change "the last run of bramble-$name failed" "see: journalctl -u bramble-$name -e"; then
      run_again "$name" || fail "bramble-$name fails again" "see the output above and: journalctl -u bramble-$name -e"
    fi
  done
  # The timer has a day for it.
  mapfile -t found < <(to_renew 28)
  if [ ${#found[@]} != 0 ] && needs_change "$(paste -sd ';' < <(printf '%s\n' "${found[@]}"))"; then renew_certificates; fi
  # The first at once: it shows that the way to the other board is open.
  if ! compgen -G "$STATE/snapshots/2*.tar" >/dev/null && needs_change "there is no snapshot yet"; then
    quietly systemctl start bramble-snapshot.service || fail "the first snapshot failed" "see: journalctl -u bramble-snapshot -e"
  fi
}

# Snapshots stay.
remove() {
  local name
  for name in snapshot certificates; do
    systemctl disable --now "bramble-$name.timer" 2>/dev/null || true
    rm -f "$units/bramble-$name.timer" "$units/bramble-$name.service" "$folder/$name.sh"
  done
  rm -f /etc/bramble/snapshot.conf /etc/bramble/snapshot-hosts
  systemctl daemon-reload
}

phase "$@"
