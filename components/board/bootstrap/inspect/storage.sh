#!/usr/bin/env bash
# The file systems on which the system, images and pods lie: what they are, and whether there is room.

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

# inspect_file_system MOUNT_POINT TYPE OPTIONS PATH…: whether these paths may lie there. Containers' file systems
# are overlays, whose upper layer the kernel takes only on some file systems.
inspect_file_system() {
  local point=$1 type=$2 options=$3 where
  shift 3
  where="$* (mounted at $point: $type)"
  case $type in
    overlay | aufs | unionfs* | fuse.unionfs*)
      stands_in_the_way "an overlay lies over $where: a reboot forgets what is written there, and containers can't start on it" \
        "turn it off and reboot: sudo raspi-config nonint do_overlayfs 1; elsewhere take overlayroot=… out of the kernel's command line (cmdline.txt) and /etc/overlayroot.conf"
      return
      ;;
    tmpfs | ramfs)
      stands_in_the_way "$where lies in RAM: a reboot forgets it" "take that mount out of /etc/fstab and reboot; a live system must be installed to a disk first"
      return
      ;;
    squashfs | erofs | iso9660 | cramfs)
      stands_in_the_way "$where can't be written to" "use a system that is installed to a card or disk"
      return
      ;;
  esac
  # Of a read-only / the finder boot_obstacles speaks.
  if [[ ,$options, == *,ro,* ]] && [ "$point" != / ]; then
    stands_in_the_way "$where is read-only; a card that fails ends like this (dmesg)" \
      "sudo mount -o remount,rw $point; if that does not last, replace the card"
    return
  fi
  if [ "$*" = / ]; then return; fi
  case $type in
    nfs | nfs4 | cifs | smb3 | 9p | virtiofs | ceph | glusterfs | fuse.sshfs)
      stands_in_the_way "$where is on the network: containers can't start on it" \
        "start from a card or disk, or mount one (ext4) at $containers, $pods and $etcd"
      ;;
    vfat | exfat | msdos | ntfs* | fuse* | hfs* | ecryptfs)
      stands_in_the_way "containers can't start on $where" "format that disk as ext4, or mount another one there"
      ;;
    zfs)
      if old_zfs; then stands_in_the_way "containers can't start on $where: its ZFS is older than 2.2" "update ZFS, or mount a disk with ext4 at $containers and $pods"; fi
      ;;
  esac
}

# inspect_space PATH…: room for what will lie on this file system, beyond what the kubelet keeps free: below that it
# evicts pods and starts none.
inspect_space() {
  local path size free inodes inodes_free needed=0 kept=0
  for path; do
    case $path in
      /) needed=$((needed + PACKAGES_SPACE)) ;;
      "$containers") needed=$((needed + IMAGES_SPACE)) ;;
      "$pods") needed=$((needed + PODS_SPACE)) ;;
    esac
    if [ "$path" = "$pods" ] && [ "$kept" -lt "$NODEFS_KEPT" ]; then kept=$NODEFS_KEPT; fi
    if [ "$path" = "$containers" ] && [ "$kept" -lt "$IMAGEFS_KEPT" ]; then kept=$IMAGEFS_KEPT; fi
  done
  path=$ROOT$1
  while [ ! -e "$path" ]; do path=$(dirname "$path"); done
  read -r size free inodes inodes_free < <(df --output=size,avail,itotal,iavail -BM "$path" | tail -n 1 | tr -d M)
  if [ "$free" -lt $((needed + size * kept / 100)) ]; then
    stands_in_the_way "$* has $free MiB free of $size; $((needed + size * kept / 100)) are needed: $needed for what comes there, and $kept % that the kubelet keeps free" \
      "use a larger card, make room, or mount a disk at $containers"
  # Some file systems have no fixed number of them.
  elif [ "$kept" != 0 ] && [ "${inodes/-/0}" != 0 ] && [ $((inodes_free * 100)) -lt $((inodes * INODES_KEPT)) ]; then
    stands_in_the_way "$* has $inodes_free inodes free of $inodes; the kubelet keeps $INODES_KEPT % free" "remove what consists of many small files, or use a larger card"
  fi
}

storage_obstacles() {
  local path point type options
  if [ -e "$ROOT$etcd/lost+found" ] && ! set_up; then
    stands_in_the_way "a disk of its own is mounted at $etcd, and kubeadm wants that folder empty: there is lost+found" \
      "sudo rmdir $etcd/lost+found (fsck makes it again when it needs it)"
  fi
  local -A paths=() kinds=()
  for path in / "$containers" "$pods" "$etcd"; do
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
}
