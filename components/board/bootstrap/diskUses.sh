#!/usr/bin/env bash
# What the board's disk is for, and what must not be done to it; for the phases inspect and disk, behind disks.sh.
# Whatever moves data from one place to another is left to its owner.

export DISK_REMEDY="its cable and power supply, and for a USB adapter see docs/disks.md"

# place USE: where programs look for it.
place() {
  case $1 in
    data) echo "$DISK" ;;
    images) echo /var/lib/containerd ;;
    etcd) echo /var/lib/etcd ;;
  esac
}

# own_lines: of /etc/fstab, those that the phase disk has written.
own_lines() { awk '/^# bramble: end/ { own = 0 } own; /^# bramble: begin/ { own = 1 }' "$ROOT/etc/fstab" 2>/dev/null || true; }

# has_line USE
has_line() { own_lines | awk -v place="$(place "$1")" '$2 == place { found = 1 } END { exit !found }'; }

# source_at PATH: the device that is mounted there; nothing if it is no mount point.
source_at() { { findmnt --noheadings --raw --output SOURCE --mountpoint "$ROOT$1" || true; } | sed -n '$ s/\[.*//p; $ p' | head -n 1; }

# on_it PATH: whether the disk is mounted there.
on_it() { [ -n "$(disk)" ] && [ "$(source_at "$1")" = "$(disk)" ]; }

inspect_disk() {
  local device=$1 name mounts found
  name="the disk $DISK_ID ($(described "$device"))"
  mounts=$(mounts_on "$device" | sort -u)
  if grep -qxE '/|/boot|/boot/firmware|/usr|/var' <<<"$mounts"; then
    obstacle "$name has the board's own system" "set disk.id to another disk; attached: $(attached)"
    return
  fi
  if [ -n "$mounts" ] && ! on_it "$DISK"; then
    obstacle "$name is in use, mounted at $(listed <<<"$mounts")" "unmount it (sudo umount), and remove it from /etc/fstab and from what mounts it"
    return
  fi
  case $(content) in
    unreadable) obstacle "$name can't be read" "check dmesg, $DISK_REMEDY; a disk that fails must be replaced" ;;
    foreign)
      found=$(signatures)
      obstacle "$name is not blank: ${found:-data without a known file system}" \
        "use another disk; or, if nothing on it is needed any more, erase it: sudo mkfs.ext4 -L $DISK_LABEL $BY_ID/$DISK_ID$(
          if [ "$(on_disk TYPE)" = ext4 ]; then echo "; or, to hand it over to bramble with its files: sudo e2label $BY_ID/$DISK_ID $DISK_LABEL"; fi
        )"
      ;;
    ours) inspect_health "$device" "$name" ;;
  esac
}

inspect_health() {
  local options errors
  options=$(findmnt --noheadings --raw --output OPTIONS --mountpoint "$ROOT$DISK" || true)
  errors=$(cat "$ROOT/sys/fs/ext4/${1##*/}/errors_count" 2>/dev/null || echo 0)
  if [[ ,$options, == *,ro,* ]] || [ "$(cat "$ROOT/sys/class/block/${1##*/}/ro" 2>/dev/null || echo 0)" = 1 ]; then
    obstacle "$2 is read-only, as a failing disk becomes" "check dmesg, $DISK_REMEDY; then reboot, which repairs its file system. A disk that fails must be replaced"
  elif [ "$errors" != 0 ]; then
    obstacle "the kernel has found errors in the file system of $2: $errors" \
      "check dmesg, $DISK_REMEDY; then reboot with a check of the file system: sudo tune2fs -E force_fsck $BY_ID/$DISK_ID && sudo reboot"
  fi
}

# What was mounted before, and would no longer be.
inspect_lines() {
  local old uuid use
  uuid=$(on_disk UUID)
  old=$(own_lines | sed -n 's/^UUID=\([^ ]*\) .*/\1/p')
  if [ -n "$old" ] && [ "$old" != "$uuid" ] && [ -e "$ROOT/dev/disk/by-uuid/$old" ]; then
    obstacle "the disk at $DISK is another one, with the UUID $old" \
      "copy what you need from it; then detach it, reboot and run pulumi up again. Or set disk.id to the old one"
  fi
  for use in images etcd; do
    if has_line "$use" && [[ " $DISK_FOR " != *" $use "* ]]; then
      obstacle "$(place "$use") is on its disk, but disk.for does not have $use" "$(give_up "add $use to disk.for again")"
    fi
  done
}

# give_up OTHER: how a disk is given up.
give_up() {
  echo "$1; to give it up, remove the board from the settings and run pulumi up, then on the board: sudo systemctl stop kubelet containerd; sudo umount -R /var/lib/etcd /var/lib/containerd $DISK; remove its lines from /etc/fstab and $(drop_in '*'), and add the board again"
}

# drop_in UNIT: bramble's addition to a unit.
drop_in() { echo "/etc/systemd/system/$1.service.d/90-bramble-disk.conf"; }

# What is on the card, and would be hidden by the disk.
inspect_card() {
  local use at
  for use in $DISK_FOR; do
    at=$(place "$use")
    if has_line "$use" || on_it "$at"; then continue; fi
    if [ -n "$(source_at "$at")" ]; then
      obstacle "something else is mounted at $at: $(source_at "$at")" "unmount it, and remove it from /etc/fstab; or remove $use from disk.for"
    elif [ "$use" = data ] && [ -n "$(entries "$at")" ]; then
      obstacle "$at is not empty, and the disk would hide what is in it: $(entries "$at")" "move it elsewhere: sudo mv $at $at.mine"
    elif [ "$use" != data ] && [ -e "$ROOT/etc/kubernetes/kubelet.conf" ]; then
      obstacle "the board is a node whose $use are on the card" \
        "omit $use from disk.for; or remove the board from the settings, run pulumi up, and add it again with its disk; the only control plane needs a new card instead (docs/disks.md)"
    fi
  done
}

disk_obstacles() {
  local device
  if [ -z "$DISK_ID" ]; then
    if [ -n "$(own_lines)" ]; then
      obstacle "its disk is mounted at $DISK, but the settings have no disk for it" "$(give_up "set its disk again")"
    fi
    return
  fi
  device=$(disk)
  if [ -z "$device" ]; then
    obstacle "there is no disk $DISK_ID; attached: $(attached)" "set disk.id to one of these, or check dmesg, $DISK_REMEDY"
    return
  fi
  inspect_disk "$device"
  inspect_lines
  inspect_card
}
