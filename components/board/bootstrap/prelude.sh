#!/usr/bin/env bash
# In front of every phase: the parameters, this file, then the phase, whose last line is `phase "$@"`.
# Until that line has arrived nothing is done, so a script that is cut off on its way does nothing.
#
# A phase defines `desired_state`: a list of `if ! HOLDS && needs_change WHAT; then CHANGE; fi`. `apply` changes what
# differs, then goes through the list again, and nothing may differ any more. `check` only reads. `remove` takes back
# what can be taken back safely, with the same functions.
set -Eeuo pipefail
# So that the last command of a pipeline can note what it changed.
shopt -s lastpipe
export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
PATH=$PATH:/usr/sbin:/sbin:/usr/lib/apt

# Tests give a folder with a system's files; on a board it is empty.
export ROOT=${BRAMBLE_ROOT:-}
export STATE=$ROOT/var/lib/bramble
mode=check
tried=''
changes=()
drift=0

# say WHAT [FIX]: an error, with the board and the phase in front.
say() {
  printf 'board %s, phase %s: %s\n' "$BOARD" "$PHASE" "$1" >&2
  if [ -n "${2:-}" ]; then printf '  fix: %s\n' "$2" >&2; fi
}

# fail WHAT FIX
fail() {
  say "$1" "$2"
  # The shell around a subshell has nothing to add.
  if [ "$BASH_SUBSHELL" != 0 ]; then : >"$WORK/said"; fi
  exit 1
}

# make_writable MOUNT SOURCE TYPE: the way out of a read-only file system.
make_writable() {
  case $3 in
    vfat) echo "a FAT file system turns read-only if it was not unmounted cleanly. If /etc/fstab says ro, remove that; then: sudo umount $1; sudo fsck.vfat -a $2; sudo mount $1" ;;
    *) echo "check dmesg for I/O errors: a worn-out card turns read-only and must be replaced. After a power cut, a reboot repairs the file system. If /etc/fstab says ro, remove that; then: sudo mount -o remount,rw $1" ;;
  esac
}

full() {
  why="$1 is full"
  fix="free some space, for instance: sudo apt-get clean; sudo journalctl --vacuum-size=50M; to find the largest folders: sudo du -xh $1 | sort -h | tail"
}

# unwritable PATH: why nothing can be written at PATH, as `why` and `fix`; false if it can. FAT and btrfs count no
# inodes.
unwritable() {
  local folder=$1 at='' source='' type='' options=''
  until [ -e "$folder" ]; do folder=$(dirname "$folder"); done
  read -r at source type options < <(findmnt -nro TARGET,SOURCE,FSTYPE,OPTIONS -T "$folder") || true
  if [[ ,$options, == *,ro,* ]]; then
    why="$at is mounted read-only ($type on $source)"
    fix=$(make_writable "$at" "$source" "$type")
  elif df --output=avail,iavail,itotal "$folder" 2>/dev/null | awk 'NR > 1 && ($1 == "0" || ($2 == "0" && $3 > 0)) { found = 1 } END { exit !found }'; then
    full "${at:-$folder}"
  elif [ ! -w "$folder" ]; then
    why="$(id -un) has no permission to write to $folder"
    fix="check: ls -ld $folder; lsattr -d $folder. If it has the attribute i: sudo chattr -i $folder"
  else
    return 1
  fi
}

# broke COMMAND STATUS: a command failed for which the phase has no message of its own.
broke() {
  local what=$1 path why fix
  # The last command of `quietly`, which hands on the status of what it ran.
  if [[ $what == "return "* ]]; then what=$tried; fi
  if [ -e "$WORK/said" ]; then exit 1; fi
  if [ -s "$WORK/broke" ]; then cat "$WORK/broke" >&2; fi
  say "\`$what\` failed with status $2"
  for path in "$ROOT/etc" "$ROOT/var/lib" "$ROOT/boot/firmware" "$ROOT/boot" "$WORK"; do
    if [ -e "$path" ] && unwritable "$path"; then fail "$why" "$fix; then run pulumi up again"; fi
  done
  printf '  fix: run it by hand on the board to see the error; once it works, run pulumi up again: it resumes here\n' >&2
  exit 1
}

# Nothing can be said of a folder that is not there.
WORK=$(mktemp -d) || { WORK=/nowhere; fail "can't create temporary files in ${TMPDIR:-/tmp}" "make sure it is writable and not full (df -h ${TMPDIR:-/tmp}), then run pulumi up again"; }
export WORK
trap 'rm -rf "$WORK"' EXIT
# What a subshell did not manage is said once the script ends of it; a function that returns to one from here would
# confuse bash.
ended=0
trap 'ended=$?; if [ "$BASH_SUBSHELL" = 0 ]; then broke "$BASH_COMMAND" "$ended"; else echo "\`$BASH_COMMAND\` failed with status $ended" >>"$WORK/broke"; fi' ERR
trap 'fail "timed out during \`$BASH_COMMAND\`" "see what keeps the board busy (top, journalctl -e), then run pulumi up again: it resumes here"' TERM

# needs_change WHAT [FIX]: whether to change what differs, WHAT, now.
needs_change() {
  case $mode in
    apply)
      changes+=("$1")
      return 0
      ;;
    check) printf '%s: %s%s\n' "$PHASE" "$1" "${2:+ (fix: $2)}" ;;
    verify) say "$1" "${2:-}" ;;
  esac
  drift=$((drift + 1))
  return 1
}

# What the list is gone through for.
applying() { [ "$mode" = apply ]; }
verifying() { [ "$mode" = verify ]; }
checking() { [ "$mode" = check ]; }

# require_none FINDER…: a finder reads only, and prints a line `WHAT<tab>FIX` for each obstacle. All are reported; a
# phase that applies ends here, before it has touched anything.
require_none() {
  local finder what fix found=''
  for finder; do
    # One that fails has not found nothing.
    ("$finder") >"$WORK/found"
    while IFS=$'\t' read -r what fix; do
      found=$finder
      if applying; then
        say "$what" "$fix"
      else
        needs_change "$what" "$fix" || true
      fi
    done <"$WORK/found"
  done
  if applying && [ -n "$found" ]; then exit 1; fi
}

# as_root COMMAND…: for a finder, which may run as the user who logs in.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# obstacle WHAT FIX: a finder's line.
obstacle() { printf '%s\t%s\n' "$1" "$2"; }

# has_unit UNIT: whether systemd knows it, whoever made it.
has_unit() {
  local folder
  for folder in {etc,lib,usr/lib,usr/local/lib}/systemd/system run/systemd/generator{,.late}; do
    if [ -e "$ROOT/$folder/$1" ]; then return; fi
  done
  return 1
}

# os_release KEY: what /etc/os-release says.
os_release() {
  awk -F= -v key="$1" '$1 == key { gsub(/"/, "", $2); print $2 }' "$ROOT/etc/os-release"
}

# listed <LINES: in one line, with commas.
listed() { sed -z 's/\n$//; s/\n/, /g'; }

# entries PATH: the first of what is in a directory, in one line; nothing if it is empty or missing.
entries() {
  { as_root find "$ROOT$1" -mindepth 1 -maxdepth 1 ! -name lost+found -printf '%f\n' 2>/dev/null || true; } |
    sort | awk 'NR <= 5 { print } NR == 6 { print "…" }' | listed
}

# quietly COMMAND…: its output goes to a file, so that it does not die with the connection; its last lines are
# shown if it fails.
quietly() {
  local status=0
  tried=$*
  "$@" >"$WORK/output" 2>&1 </dev/null || status=$?
  if [ "$status" != 0 ]; then
    printf 'tried: %s\n' "$*" >&2
    tail -n 15 "$WORK/output" >&2
  fi
  return "$status"
}

# started_after UNIT PATH: whether the unit runs with the file as it is now. To the microsecond, since a package
# starts its service within the second in which its configuration is written.
started_after() {
  local started written
  started=$(systemctl show --property=ExecMainStartTimestamp --timestamp=us+utc --value "$1")
  written=$(stat -c %.6Y "$ROOT$2")
  [ -n "$started" ] && [ "$(date -d "$started" +%s%6N)" -ge "${written/[.,]/}" ]
}

# Whether systemd was told to use cgroup v1, alone or beside v2: then the kernel's controllers are not where the
# kubelet looks for them.
cgroup_version_1() {
  [ ! -e "$ROOT/sys/fs/cgroup/cgroup.controllers" ] &&
    { [ -d "$ROOT/sys/fs/cgroup/systemd" ] || [ -d "$ROOT/sys/fs/cgroup/unified" ] || [ -d "$ROOT/sys/fs/cgroup/memory" ]; }
}

boot_id() { cat "$ROOT/proc/sys/kernel/random/boot_id"; }

memory_cgroup() {
  [ -e "$ROOT/sys/fs/cgroup/cgroup.controllers" ] && grep -qw memory "$ROOT/sys/fs/cgroup/cgroup.controllers"
}

# No two at a time: one whose connection broke may still be at work. With an empty LOCK_WAIT, beside others.
lock() {
  if [ -n "$ROOT" ] || [ -z "${LOCK_WAIT-240}" ]; then return; fi
  exec 9>/run/bramble.lock
  flock -w "${LOCK_WAIT:-240}" 9 || fail "another run of bramble is in progress on this board" "wait until it ends, then run pulumi up again"
}

# A phase that leaves nothing to take back has no other.
remove() { :; }

summary() {
  local all
  if [ ${#changes[@]} = 0 ]; then
    echo "$PHASE: changed nothing"
  else
    # What is reported as done must survive a power cut in the next second.
    sync
    printf -v all '%s; ' "${changes[@]}"
    echo "$PHASE: changed (${all%; })"
  fi
}

# phase apply|check|remove
phase() {
  exec </dev/null
  if [ "$1" != check ]; then
    if [ "$(id -u)" = 0 ]; then lock; fi
    mode=apply
  fi
  case $1 in
    apply)
      desired_state
      mode=verify
      desired_state
      if [ "$drift" != 0 ]; then exit 1; fi
      summary
      ;;
    check)
      desired_state
      if [ "$drift" != 0 ]; then exit 1; fi
      ;;
    remove)
      remove
      sync
      echo "$PHASE: removed"
      ;;
  esac
}
