#!/usr/bin/env bash
# The board's disk: formatted if it is blank, mounted, and nothing writes to the card in its place.
#
# Its lines in fstab have nofail: without it a missing disk would stop the boot, and nobody could reach the board to
# say so. Instead containerd and the kubelet require what they have on it, and apps' directories exist only there.

# nonempty PATH
nonempty() { [ -n "$(entries "$1")" ]; }

# What runs on the card now, in the disk's place or before it is there.
running_obstacles() {
  local use unit
  for use in $DISK_FOR; do
    case $use in images) unit=containerd ;; etcd) unit=kubelet ;; *) continue ;; esac
    if on_it "$(place "$use")"; then continue; fi
    if has_line "$use"; then
      if systemctl -q is-active "$unit"; then
        obstacle "$(place "$use") is not mounted although $unit is running" "reboot the board: the disk is then mounted before $unit starts"
      fi
    elif [ "$use" = images ] && [ -n "$(running)" ]; then
      obstacle "containers are running on it: $(running | sort -u | listed)" "stop them, then run pulumi up again"
    elif [ "$use" = etcd ] && nonempty /var/lib/etcd; then
      obstacle "/var/lib/etcd is not empty, and the disk would hide what is in it: $(entries /var/lib/etcd)" "move it elsewhere: sudo mv /var/lib/etcd /var/lib/etcd.mine"
    fi
  done
}

# A file system that is not whole has another label: cut off, it is made once more.
format() {
  note "$DISK_BEGUN" "$DISK_ID"
  quietly mkfs.ext4 -q -F -L "$DISK_LABEL_BEGUN" "$(disk)" || fail "the disk $DISK_ID can't be formatted" "check dmesg, $DISK_REMEDY"
  sync
  quietly e2label "$(disk)" "$DISK_LABEL" || fail "the disk $DISK_ID can't be labelled" "check dmesg, $DISK_REMEDY"
}

# As a boot would do it.
check_file_system() {
  local status=0
  fsck.ext4 -p "$(disk)" >"$WORK/fsck" 2>&1 || status=$?
  if [ "$status" -lt 4 ]; then return; fi
  cat "$WORK/fsck" >&2
  fail "the file system of the disk $DISK_ID is damaged" \
    "check dmesg for I/O errors; repair it by hand: sudo fsck.ext4 $BY_ID/$DISK_ID. A disk that fails must be replaced"
}

mounted() {
  if on_it "$DISK" || ! needs_change "the disk is not mounted at $DISK"; then return; fi
  check_file_system
  mkdir -p "$ROOT$DISK"
  quietly mount -t ext4 -o noatime,errors=remount-ro "$(disk)" "$ROOT$DISK" || fail "the disk $DISK_ID can't be mounted" "check dmesg, $DISK_REMEDY"
}

# A database without the keys and the node's name, which were on the card that is gone, serves no control plane.
old_database() {
  local kept
  if has_line etcd || [ -e "$DONE_MARK" ] || [ -e "$BEGUN_MARK" ] || ! nonempty "$DISK/etcd"; then return; fi
  kept=$DISK/etcd.bramble-$(date -u +%Y%m%dT%H%M%SZ).bak
  if needs_change "the database of an earlier card is kept as $kept"; then mv -T "$ROOT$DISK/etcd" "$ROOT$kept"; fi
}

# folder USE: of the disk.
folder() {
  local permissions=0711
  if [ "$1" = etcd ]; then permissions=0700; fi
  if ! [ -d "$ROOT$DISK/$1" ] && needs_change "$DISK/$1 is missing"; then mkdir -m "$permissions" "$ROOT$DISK/$1"; fi
}

# requires UNIT USE…: the unit does not start without these.
requires() {
  local unit=$1 use places=()
  shift
  for use; do if [[ " $DISK_FOR " == *" $use "* ]]; then places+=("$(place "$use")"); fi; done
  if [ ${#places[@]} = 0 ]; then
    absent "$(drop_in "$unit")"
  else
    printf '[Unit]\nRequiresMountsFor=%s\n' "${places[*]}" | file "$(drop_in "$unit")"
  fi
}

# bound USE: it lies on the disk.
bound() {
  local at
  at=$(place "$1")
  folder "$1"
  if on_it "$at" || ! needs_change "$at is not on the disk"; then return; fi
  if [ "$1" = images ] && systemctl -q is-active containerd; then quietly systemctl stop containerd; fi
  mkdir -p "$ROOT$at"
  quietly mount --bind "$ROOT$DISK/$1" "$ROOT$at" || fail "$DISK/$1 can't be mounted at $at" "see the output above"
}

lines() {
  local use
  echo "UUID=$(on_disk UUID) $DISK ext4 noatime,errors=remount-ro,nofail 0 2"
  for use in $DISK_FOR; do
    if [ "$use" != data ]; then echo "$DISK/$use $(place "$use") none bind,nofail 0 0"; fi
  done
}

# started UNIT: again, after it was stopped here or did not start without the disk.
started() {
  if [ -e "$ROOT$(drop_in "$1")" ] && systemctl -q is-enabled "$1" && ! systemctl -q is-active "$1" && needs_change "$1 is not running"; then
    quietly systemctl start "$1" || fail "$1 does not start" "see: journalctl -u $1 -e"
  fi
}

desired_state() {
  local use before wanted=()
  # shellcheck disable=SC2154 # Of prelude.sh.
  before=${#changes[@]}
  await_disk
  require_none disk_obstacles running_obstacles
  if [ -z "$(disk)" ]; then return; fi
  if [ "$(content)" != ours ]; then
    if checking || ! needs_change "the disk $DISK_ID is not formatted"; then return; fi
    format
  fi
  if applying && [ -e "$DISK_BEGUN" ]; then strike "$DISK_BEGUN" "$DISK_ID"; fi
  mounted
  if ! on_it "$DISK"; then return; fi
  old_database
  requires containerd images
  requires kubelet images etcd
  for use in $DISK_FOR; do if [ "$use" != data ]; then bound "$use"; fi; done
  mapfile -t wanted < <(lines)
  # Last: what a boot mounts is whole.
  edited /etc/fstab with_block "${wanted[@]}"
  if [ ${#changes[@]} != "$before" ]; then
    quietly systemctl daemon-reload || fail "systemd can't reload its units" "see: journalctl -b -u init.scope; reboot the board, then run pulumi up again"
  fi
  started containerd
  if [ -e "$ROOT/etc/kubernetes/kubelet.conf" ]; then started kubelet; fi
}

# What is on it stays within reach, and containerd goes on working.
remove() { echo "$PHASE: the disk stays mounted at $DISK, with its lines in /etc/fstab"; }

phase "$@"
