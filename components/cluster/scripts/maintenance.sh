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
TimeoutStartSec=1h
UNIT
}

# What a board that was off has missed is made up for when it is on again.
timer() {
  cat <<UNIT
[Unit]
Description=$1

[Timer]
OnCalendar=$2
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
UNIT
}

started() { systemctl -q is-enabled "$1" && systemctl -q is-active "$1"; }

promises() {
  printf '%s' "$SNAPSHOT_SCRIPT" | file "$folder/snapshot.sh"
  printf '%s' "$CERTIFICATES_SCRIPT" | file "$folder/certificates.sh"
  printf 'BOARD=%s\nSTORE=%s\nSTORE_KEYS=%s\nKEPT=%s\n' "$BOARD" "$STORE" /etc/bramble/snapshot-hosts "$KEPT" |
    file /etc/bramble/snapshot.conf
  if [ -n "$STORE" ]; then printf '%s\n' "$STORE_KEY" | file /etc/bramble/snapshot-hosts; else absent /etc/bramble/snapshot-hosts; fi
  unit "Snapshot of etcd" snapshot | file "$units/bramble-snapshot.service"
  timer "Snapshots of etcd" "$SNAPSHOT_TIMES" | file "$units/bramble-snapshot.timer"
  unit "Renewal of the control plane's certificates" certificates | file "$units/bramble-certificates.service"
  timer "Renewal of the control plane's certificates" daily | file "$units/bramble-certificates.timer"
  local name
  for name in snapshot certificates; do
    if ! started "bramble-$name.timer" && lacking "the timer of $name does not run"; then
      quietly systemctl daemon-reload
      quietly systemctl enable --now "bramble-$name.timer"
    fi
    if systemctl -q is-failed "bramble-$name.service" && lacking "the last $name failed" "see: journalctl -u bramble-$name -e"; then
      quietly systemctl daemon-reload
      quietly systemctl restart "bramble-$name.service" ||
        fail "$name fails" "see: journalctl -u bramble-$name -e"
    fi
  done
  # The first at once: it shows that the way to the other board is open.
  if ! compgen -G "$STATE/snapshots/2*.tar" >/dev/null && lacking "there is no snapshot"; then
    quietly systemctl start bramble-snapshot.service || fail "no snapshot can be made" "see: journalctl -u bramble-snapshot -e"
  fi
}

# Snapshots stay.
undo() {
  local name
  for name in snapshot certificates; do
    systemctl disable --now "bramble-$name.timer" 2>/dev/null || true
    rm -f "$units/bramble-$name.timer" "$units/bramble-$name.service" "$folder/$name.sh"
  done
  rm -f /etc/bramble/snapshot.conf /etc/bramble/snapshot-hosts
  systemctl daemon-reload
}

phase "$@"
