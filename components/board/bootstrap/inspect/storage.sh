#!/usr/bin/env bash
# The file systems of the system, images and pods: what they are, and whether they have enough space.

containers=/var/lib/containerd
pods=/var/lib/kubelet
etcd=/var/lib/etcd

# mount_of PATH: mount point, type and options of the file system that it is or will be on; links are followed.
mount_of() {
  local path
  path=$(realpath -m "$ROOT$1")
  awk -v path="${path#"$ROOT"}" '
    $2 == "/" || path == $2 || index(path, $2 "/") == 1 {
      if (length($2) >= longest) { longest = length($2); found = $2 " " $3 " " $4 }
    }
    END { print found }' "$ROOT/proc/mounts"
}

# Overlays on OpenZFS work from 2.2 on (its release notes).
old_zfs() { [ "$(printf '%s\n' 2.2 "$(cat "$ROOT/sys/module/zfs/version" 2>/dev/null || echo 0)" | sort -V | head -n 1)" != 2.2 ]; }

# inspect_lasting MOUNT_POINT TYPE OPTIONS PATH…: whether what is written to these paths stays there. False if not.
inspect_lasting() {
  local point=$1 type=$2 options=$3 where
  shift 3
  where="$* (mounted at $point: $type)"
  case $type in
    overlay | aufs | unionfs* | fuse.unionfs*)
      obstacle "$where is on an overlay: what is written there is lost at a reboot, and containers can't start on it" \
        "turn it off and reboot: sudo raspi-config nonint do_overlayfs 1; elsewhere remove overlayroot=… from the kernel command line (cmdline.txt) and /etc/overlayroot.conf"
      return 1
      ;;
    tmpfs | ramfs)
      obstacle "$where is in RAM and lost at a reboot" "remove that mount from /etc/fstab and reboot; install a live system to a disk first"
      return 1
      ;;
    squashfs | erofs | iso9660 | cramfs)
      obstacle "$where is read-only by design" "use a system that is installed to a card or disk"
      return 1
      ;;
  esac
  # Of a read-only / the finder boot_obstacles speaks.
  if [[ ,$options, == *,ro,* ]] && [ "$point" != / ]; then
    obstacle "$where is read-only, as a failing card becomes (check dmesg)" \
      "sudo mount -o remount,rw $point; if that does not last, replace the card"
    return 1
  fi
}

# inspect_file_system MOUNT_POINT TYPE OPTIONS PATH…: whether these paths may lie there. Containers' file systems
# are overlays, whose upper layer the kernel takes only on some file systems.
inspect_file_system() {
  local point=$1 type=$2 where
  inspect_lasting "$@" || return 0
  shift 3
  where="$* (mounted at $point: $type)"
  if [ "$*" = / ]; then return; fi
  case $type in
    nfs | nfs4 | cifs | smb3 | 9p | virtiofs | ceph | glusterfs | fuse.sshfs)
      obstacle "$where is on a network file system, on which containers can't start" \
        "boot from a card or disk, or mount one (ext4) at $containers, $pods and $etcd"
      ;;
    vfat | exfat | msdos | ntfs* | fuse* | hfs* | ecryptfs)
      obstacle "containers can't start on $where" "format that disk as ext4, or mount another disk there"
      ;;
    zfs)
      if old_zfs; then obstacle "containers can't start on $where: its ZFS is older than 2.2" "update ZFS, or mount a disk with ext4 at $containers and $pods"; fi
      ;;
  esac
}

# inspect_data_system MOUNT_POINT TYPE OPTIONS PATH: whether a directory for an app's data may lie there.
inspect_data_system() {
  inspect_lasting "$@" || return 0
  case $2 in
    vfat | exfat | msdos | ntfs* | fuseblk | hfs*)
      obstacle "$4 (mounted at $1: $2) is on a file system without owners of files, and its app could not write to it" "format that disk as ext4, or use a directory on another one"
      ;;
  esac
}

images_on_disk() { [[ " $DISK_FOR " == *" images "* ]]; }

# comes_to_disk PATH: whether it will lie on the board's disk and does not yet.
comes_to_disk() {
  case $1 in
    "$containers") images_on_disk || return 1 ;;
    "$etcd") [[ " $DISK_FOR " == *" etcd "* ]] || return 1 ;;
    *) return 1 ;;
  esac
  ! awk -v path="$1" '$2 == path { found = 1 } END { exit !found }' "$ROOT/proc/mounts"
}

# inspect_space PATH…: space for what will be on this file system, beyond what the kubelet keeps free: below that it
# evicts pods and starts none.
inspect_space() {
  local path size free inodes inodes_free needed=0 kept=0
  for path; do
    case $path in
      /) needed=$((needed + PACKAGES_SPACE)) ;;
      "$containers")
        needed=$((needed + IMAGES_SPACE))
        if images_on_disk; then needed=$((needed + IMAGEFS_KEPT_ON_DISK)); fi
        ;;
      "$pods") needed=$((needed + PODS_SPACE)) ;;
    esac
    if [ "$path" = "$pods" ] && [ "$kept" -lt "$NODEFS_KEPT" ]; then kept=$NODEFS_KEPT; fi
    if [ "$path" = "$containers" ] && ! images_on_disk && [ "$kept" -lt "$IMAGEFS_KEPT" ]; then kept=$IMAGEFS_KEPT; fi
  done
  path=$ROOT$1
  while [ ! -e "$path" ]; do path=$(dirname "$path"); done
  read -r size free inodes inodes_free < <(df --output=size,avail,itotal,iavail -BM "$path" | tail -n 1 | tr -d M)
  if [ "$free" -lt $((needed + size * kept / 100)) ]; then
    obstacle "$* has $free of $size MiB free but needs $((needed + size * kept / 100)) MiB: $needed to install, and $kept % that the kubelet keeps free" \
      "use a larger card, free some space, or give the board a disk for images (docs/disks.md)"
  # Some file systems have no fixed number of them.
  elif [ "$kept" != 0 ] && [ "${inodes/-/0}" != 0 ] && [ $((inodes_free * 100)) -lt $((inodes * INODES_KEPT)) ]; then
    obstacle "$* has $inodes_free of $inodes inodes free; the kubelet keeps $INODES_KEPT % free" "delete folders with many small files, or use a larger card"
  fi
}

# inspect_disk_space: of a disk that is not mounted yet.
inspect_disk_space() {
  local needed=$((IMAGES_SPACE + IMAGEFS_KEPT_ON_DISK))
  if comes_to_disk "$containers" && [ -n "$(disk)" ] && [ "$(mebibytes)" -lt "$needed" ]; then
    obstacle "the disk $DISK_ID has $(mebibytes) MiB, but images need $needed MiB" "use a larger disk, or remove images from disk.for"
  fi
}

storage_obstacles() {
  local path point type options
  if [ -e "$ROOT$etcd/lost+found" ] && ! set_up; then
    obstacle "a disk is mounted at $etcd and contains lost+found, but kubeadm needs an empty folder" \
      "sudo rmdir $etcd/lost+found (fsck creates it again when it needs it)"
  fi
  local -A paths=() kinds=()
  for path in / "$containers" "$pods" "$etcd"; do
    if comes_to_disk "$path"; then continue; fi
    read -r point type options < <(mount_of "$path")
    paths[$point]+="${paths[$point]:+ }$path"
    kinds[$point]="$type $options"
  done
  while read -r point; do
    read -r type options <<<"${kinds[$point]}"
    read -r -a path <<<"${paths[$point]}"
    inspect_file_system "$point" "$type" "$options" "${path[@]}"
    if ! { [ -n "$(installed kubelet)" ] && ours kubelet; }; then inspect_space "${path[@]}"; fi
  done < <(printf '%s\n' "${!paths[@]}" | sort)
  inspect_disk_space
  while read -r _ _ path; do
    if [ -z "$path" ]; then continue; fi
    read -r point type options < <(mount_of "$path")
    if [ -z "${paths[$point]:-}" ]; then
      paths[$point]=$path
      inspect_data_system "$point" "$type" "$options" "$path"
    fi
  done <<<"$FOLDERS"
}
