#!/usr/bin/env bash
# The board's disk besides its card: which one it is, and what is on it; for the phases inspect and disk, behind
# prelude.sh. The label of its file system is bramble's mark: it goes with the disk to whatever card.

export DISK_LABEL=bramble-disk
# Until all of the file system is written.
export DISK_LABEL_BEGUN=bramble-new
# That this disk was blank when bramble began to format it, which a power cut may have ended.
export DISK_BEGUN=$STATE/disk-begun
export BY_ID=/dev/disk/by-id

# disk: the kernel's name of the disk of the settings; nothing if it is not attached.
disk() { if [ -e "$ROOT$BY_ID/$DISK_ID" ]; then readlink -f "$ROOT$BY_ID/$DISK_ID"; fi; }

# await_disk: some take half a minute to spin up (raspberrypi/rpi-eeprom#183).
await_disk() {
  local end=$((SECONDS + DISK_WAIT))
  if [ -z "$DISK_ID" ]; then return; fi
  udevadm settle --timeout=10 2>/dev/null || true
  until [ -n "$(disk)" ] || [ "$SECONDS" -ge "$end" ]; do sleep 1; done
}

# described DEVICE: size and model.
described() { lsblk --nodeps --noheadings --output SIZE,MODEL "$1" | awk '{ $1 = $1; print }'; }

# mounts_on DEVICE: where it and its partitions are mounted, one a line.
mounts_on() {
  local device
  while read -r device; do
    findmnt --noheadings --raw --output TARGET --source "$device" || true
  done < <(lsblk --noheadings --raw --paths --output NAME "$1")
}

# attached: the disks that could be meant, but for that of the system.
attached() {
  local link found
  found=$(for link in "$ROOT$BY_ID"/*; do
    case $link in *-part[0-9]* | */dm-* | */lvm-* | */md-* | */wwn-* | */nvme-eui.*) continue ;; esac
    if [ -e "$link" ] && ! mounts_on "$(readlink -f "$link")" | grep -x / >/dev/null; then
      echo "${link##*/} ($(described "$(readlink -f "$link")"))"
    fi
  done | listed)
  echo "${found:-none}"
}

# on_disk TAG: LABEL, TYPE or UUID, by the disk's own bytes and no cache; nothing if it has none, or several.
on_disk() { as_root blkid --probe --match-tag "$1" --output value "$(disk)" 2>/dev/null || true; }

# signatures: file systems, partition tables and the like, each with its label.
signatures() { as_root wipefs --noheadings --output TYPE,LABEL "$(disk)" | awk '{ $1 = $1; print }' | sort -u | listed; }

# zeros OFFSET: whether there is nothing in the MiB from there on. 2: it can't be read.
zeros() { as_root cmp --silent --bytes=1048576 --ignore-initial="$1:0" "$(disk)" /dev/zero; }

# mebibytes: the disk's size.
mebibytes() { lsblk --nodeps --noheadings --bytes --output SIZE "$(disk)" | awk '{ print int($1 / 1048576) }'; }

# content: of the disk, as `ours`, `begun`, `blank`, `foreign` or `unreadable`.
content() {
  local status=0
  zeros 0 || status=$?
  if [ "$status" = 2 ]; then
    echo unreadable
  elif [ "$(on_disk TYPE) $(on_disk LABEL)" = "ext4 $DISK_LABEL" ]; then
    echo ours
  elif [ "$(on_disk LABEL)" = "$DISK_LABEL_BEGUN" ] || { [ -z "$(signatures)" ] && grep -qxsF "$DISK_ID" "$DISK_BEGUN"; }; then
    echo begun
  elif [ "$status" = 0 ] && [ -z "$(signatures)" ] && zeros $((($(mebibytes) - 1) * 1048576)); then
    echo blank
  else
    echo foreign
  fi
}
