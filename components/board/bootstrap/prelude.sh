#!/usr/bin/env bash
# In front of every phase: the parameters, this file, then the phase, whose last line is `phase "$@"`.
# Until that line has arrived nothing is done, so a script that is cut off on its way does nothing.
#
# A phase defines `promises`: a list of `if ! HOLDS && lacking WHAT; then MEND; fi`. Applied, what is lacking
# is mended, and then the list is gone through again and nothing may be lacking. A check only reads. `undo`
# takes back what can be taken back safely, with the same functions.
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
deviations=0

# say LINE…: an error, with the board and the phase in front.
say() {
  printf 'board %s, phase %s: %s\n' "$BOARD" "$PHASE" "$*" >&2
}

# fail WHAT FIX
fail() {
  say "$1"
  printf '  fix: %s\n' "$2" >&2
  # The shell around a subshell has nothing to add.
  if [ "$BASH_SUBSHELL" != 0 ]; then : >"$WORK/said"; fi
  exit 1
}

# make_writable MOUNT SOURCE TYPE: the way out of a read-only file system.
make_writable() {
  case $3 in
    vfat) echo "a FAT file system that was not unmounted cleanly turns read-only: sudo umount $1; sudo fsck.vfat -a $2; sudo mount $1. Where fstab says ro, take it out first" ;;
    *) echo "see dmesg for I/O errors: a worn out card turns read-only and has to be replaced. After a power cut a reboot repairs the file system; where fstab says ro, take it out and remount: sudo mount -o remount,rw $1" ;;
  esac
}

full() {
  why="$1 is full"
  fix="make room, for instance: sudo apt-get clean; sudo journalctl --vacuum-size=50M; what takes it: sudo du -xh $1 | sort -h | tail"
}

# obstacle PATH: why nothing can be written at PATH, as `why` and `fix`; false if nothing stands in the way. FAT and
# btrfs count no inodes.
obstacle() {
  local folder=$1 at='' source='' type='' options=''
  until [ -e "$folder" ]; do folder=$(dirname "$folder"); done
  read -r at source type options < <(findmnt -nro TARGET,SOURCE,FSTYPE,OPTIONS -T "$folder") || true
  if [[ ,$options, == *,ro,* ]]; then
    why="$at is mounted read-only ($type on $source)"
    fix=$(make_writable "$at" "$source" "$type")
  elif df --output=avail,iavail,itotal "$folder" 2>/dev/null | awk 'NR > 1 && ($1 == "0" || ($2 == "0" && $3 > 0)) { found = 1 } END { exit !found }'; then
    full "${at:-$folder}"
  elif [ ! -w "$folder" ]; then
    why="$(id -un) may not write $folder"
    fix="see: ls -ld $folder; lsattr -d $folder. The flag i goes with: sudo chattr -i $folder"
  else
    return 1
  fi
}

# broke COMMAND STATUS: a command failed for which the phase has no words of its own.
broke() {
  local what=$1 path why fix
  # The last command of `quietly`, which hands on the status of what it ran.
  if [[ $what == "return "* ]]; then what=$tried; fi
  if [ -e "$WORK/said" ]; then exit 1; fi
  if [ -s "$WORK/broke" ]; then cat "$WORK/broke" >&2; fi
  say "\`$what\` failed with status $2"
  for path in "$ROOT/etc" "$ROOT/var/lib" "$ROOT/boot/firmware" "$ROOT/boot" "$WORK"; do
    if [ -e "$path" ] && obstacle "$path"; then fail "$why" "$fix; then run pulumi up again"; fi
  done
  printf '  fix: run it on the board by hand and see what it says; once it works, run pulumi up again: it goes on from here\n' >&2
  exit 1
}

# Nothing can be said of a folder that is not there.
WORK=$(mktemp -d) || { WORK=/nowhere; fail "there is no room for temporary files in ${TMPDIR:-/tmp}" "see that it is writable and not full (df -h ${TMPDIR:-/tmp}), then run pulumi up again"; }
export WORK
trap 'rm -rf "$WORK"' EXIT
# What a subshell did not manage is said once the script ends of it; a function that returns to one from here would
# confuse bash.
ended=0
trap 'ended=$?; if [ "$BASH_SUBSHELL" = 0 ]; then broke "$BASH_COMMAND" "$ended"; else echo "\`$BASH_COMMAND\` failed with status $ended" >>"$WORK/broke"; fi' ERR
trap 'fail "not done within its time limit, during \`$BASH_COMMAND\`" "see what keeps the board busy (top, journalctl -e), then run pulumi up again: it goes on from here"' TERM

# lacking WHAT [FIX]: whether to mend WHAT now.
lacking() {
  case $mode in
    apply)
      changes+=("$1")
      return 0
      ;;
    check) printf '%s: %s%s\n' "$PHASE" "$1" "${2:+ (fix: $2)}" ;;
    verify)
      say "$1"
      if [ -n "${2:-}" ]; then printf '  fix: %s\n' "$2" >&2; fi
      ;;
  esac
  deviations=$((deviations + 1))
  return 1
}

# What the list is gone through for.
applying() { [ "$mode" = apply ]; }
verifying() { [ "$mode" = verify ]; }
checking() { [ "$mode" = check ]; }

# clear_of FINDER…: a finder reads only, and prints a line `WHAT<tab>FIX` for each thing that stands in the way.
# All of it is said; a phase that applies ends here, before it has touched anything.
clear_of() {
  local finder what fix found=''
  for finder; do
    # One that fails has not found nothing.
    ("$finder") >"$WORK/found"
    while IFS=$'\t' read -r what fix; do
      found=$finder
      if applying; then
        say "$what"
        printf '  fix: %s\n' "$fix" >&2
      else
        lacking "$what" "$fix" || true
      fi
    done <"$WORK/found"
  done
  if applying && [ -n "$found" ]; then exit 1; fi
}

# as_root COMMAND…: for a finder, which may run as the user who logs in.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# stands_in_the_way WHAT FIX: a finder's line.
stands_in_the_way() { printf '%s\t%s\n' "$1" "$2"; }

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

# pointed PATH: the file that it is, through symbolic links, which stay what they are.
pointed() {
  local path=$1 target
  while [ -L "$path" ]; do
    target=$(readlink "$path")
    case $target in /*) path=$ROOT$target ;; *) path=$(dirname "$path")/$target ;; esac
  done
  echo "$path"
}

# replace PATH NEW: puts NEW in the place of PATH, whole at any moment, with PATH's owner and mode.
replace() {
  local path new why fix
  path=$(pointed "$1")
  new=$path.bramble-new
  # shellcheck disable=SC2024
  { mkdir -p "$(dirname "$path")" && cp "$2" "$new"; } 2>"$WORK/why" || cannot_write "$path"
  if [ -e "$path" ]; then
    # A FAT file system has neither.
    chown --reference="$path" "$new" 2>/dev/null || true
    chmod --reference="$path" "$new" 2>/dev/null || true
  else
    chmod 644 "$new"
  fi
  { sync "$new" && mv -T "$new" "$path"; } 2>"$WORK/why" || cannot_write "$path"
}

# cannot_write PATH: fails with what came back, and why; what was half written is gone.
cannot_write() {
  local why fix
  why=$(tail -n 1 "$WORK/why")
  fix="see: ls -ld $1; lsattr -d $1; df -h $1"
  if [[ $why == *"No space left"* ]]; then
    full "$(findmnt -nro TARGET -T "$(dirname "$1")" || dirname "$1")"
  else
    obstacle "$1" || obstacle "$(dirname "$1")" || true
  fi
  rm -f "$1.bramble-new" || true
  fail "${1#"$ROOT"} can't be written: $why" "$fix; then run pulumi up again"
}

# note LIST NAME…: before what it notes is done, whole at any moment, so that a power cut can't separate them.
note() {
  local list=$1
  shift
  {
    awk 1 "$list" 2>/dev/null || true
    printf '%s\n' "$@"
  } | tr -d '\0' | awk '$0 != "" && !seen[$0]++' >"$WORK/noted"
  replace "$list" "$WORK/noted"
}

# strike LIST NAME…
strike() {
  local list=$1 name
  shift
  for name; do
    grep -vxF "$name" "$list" >"$WORK/left" 2>/dev/null || true
    if [ -e "$list" ]; then replace "$list" "$WORK/left"; fi
  done
}

# damaged PATH: holds NUL bytes or, from erased flash (armbian/build#9953), 0xff, as a file does whose last writing a
# power cut has met. No text has either.
damaged() { [ -f "$ROOT$1" ] && [ "$(tr -dc '\0\377' <"$ROOT$1" | wc -c)" != 0 ]; }

# set_aside PATH: keeps a file that can't be used, under a name with the time, which no program reads.
set_aside() {
  local kept
  kept=$1.bramble-$(date -u +%Y%m%dT%H%M%SZ).bak
  mv -T "$ROOT$1" "$ROOT$kept" 2>"$WORK/why" || cannot_write "$ROOT$1"
  changes+=("$1 as it was is kept as $kept")
}

# file PATH <CONTENT: the file holds exactly that. Only for files that bear bramble's name, or whose content was
# kept.
file() {
  cat >"$WORK/wanted"
  if cmp -s "$WORK/wanted" "$ROOT$1"; then return; fi
  if damaged "$1"; then
    if lacking "$1 is damaged by a power cut: it holds NUL or 0xff bytes"; then
      set_aside "$1"
      replace "$ROOT$1" "$WORK/wanted"
    fi
  elif lacking "$1 is not as promised"; then
    replace "$ROOT$1" "$WORK/wanted"
  fi
}

# edited PATH FILTER…: somebody else's file is such that FILTER has nothing to change. FILTER is called with_THING,
# and without_THING takes out what it puts in. The file is written only if it is seen to be the same but for
# bramble's part, and FILTER to leave its own result alone.
edited() {
  local path=$1 filter=$2 without
  shift
  if damaged "$path"; then
    fail "$path is damaged by a power cut: it holds NUL or 0xff bytes" \
      "write it anew, from a backup or from another board with this system; it is left as it is"
  fi
  "$@" <"$ROOT$path" >"$WORK/wanted"
  if cmp -s "$WORK/wanted" "$ROOT$path"; then return; fi
  without=without_${filter#with*_}
  "$without" <"$ROOT$path" >"$WORK/before"
  "$without" <"$WORK/wanted" >"$WORK/after"
  "$@" <"$WORK/wanted" >"$WORK/again"
  if ! cmp -s "$WORK/before" "$WORK/after" || ! cmp -s "$WORK/again" "$WORK/wanted"; then
    diff "$ROOT$path" "$WORK/wanted" | head -n 20 >&2 || true
    fail "$path would lose more than bramble's lines by the change above; it is left as it is" \
      "make the change by hand; between '# bramble: begin' and '# bramble: end' only bramble's lines may stand"
  fi
  if lacking "$path is not as promised"; then replace "$ROOT$path" "$WORK/wanted"; fi
}

# absent PATH
absent() {
  if [ -e "$ROOT$1" ] && lacking "$1 is there"; then
    rm -f "$ROOT$1" 2>"$WORK/why" || cannot_write "$ROOT$1"
  fi
}

# with_block LINE…: a filter that ends a file with these lines between marks.
with_block() {
  without_block
  printf '%s\n' '# bramble: begin' "$@" '# bramble: end'
}

# A begin without its end ends nothing: what follows may be the owner's.
without_block() {
  awk '
    /^# bramble: begin\r?$/ && !block { block = 1; kept = $0; next }
    /^# bramble: end\r?$/ && block { block = 0; next }
    block { kept = kept "\n" $0; next }
    { print }
    END { if (block) print kept }'
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

memory_cgroup() {
  [ -e "$ROOT/sys/fs/cgroup/cgroup.controllers" ] && grep -qw memory "$ROOT/sys/fs/cgroup/cgroup.controllers"
}

# No two at a time: one whose connection broke may still be at work.
lock() {
  if [ -n "$ROOT" ]; then return; fi
  exec 9>/run/bramble.lock
  flock -w "${LOCK_WAIT:-240}" 9 || fail "another run of bramble is at work on this board" "wait for it to end, then run pulumi up again"
}

verify() {
  mode=verify
  promises
  if [ "$deviations" != 0 ]; then exit 1; fi
}

summary() {
  local all
  if [ ${#changes[@]} = 0 ]; then
    echo "$PHASE: changed nothing"
  else
    # What is said to be done must outlive a power cut in the next second.
    sync
    printf -v all '%s; ' "${changes[@]}"
    echo "$PHASE: mended ${all%; }"
  fi
}

# phase apply|check|remove
phase() {
  exec </dev/null
  case $1 in
    apply)
      if [ "$(id -u)" = 0 ]; then lock; fi
      mode=apply
      promises
      verify
      summary
      ;;
    check)
      promises
      if [ "$deviations" != 0 ]; then exit 1; fi
      ;;
    remove)
      if [ "$(id -u)" = 0 ]; then lock; fi
      mode=apply
      undo
      sync
      echo "$PHASE: undone"
      ;;
  esac
}
