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
WORK=$(mktemp -d)
export WORK
mode=check
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
  exit 1
}

trap 'rm -rf "$WORK"' EXIT
trap 'say "\`$BASH_COMMAND\` failed with status $?"' ERR
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

# os_release KEY: what /etc/os-release says.
os_release() {
  awk -F= -v key="$1" '$1 == key { gsub(/"/, "", $2); print $2 }' "$ROOT/etc/os-release"
}

# quietly COMMAND…: its output goes to a file, so that it does not die with the connection; its last lines are
# shown if it fails.
quietly() {
  local status=0
  "$@" >"$WORK/output" 2>&1 </dev/null || status=$?
  if [ "$status" != 0 ]; then
    printf 'tried: %s\n' "$*" >&2
    tail -n 15 "$WORK/output" >&2
  fi
  return "$status"
}

# replace PATH NEW: puts NEW in the place of PATH, whole at any moment, with PATH's owner and mode.
replace() {
  mkdir -p "$(dirname "$1")"
  cp "$2" "$1.bramble-new"
  if [ -e "$1" ]; then
    # A FAT file system has neither.
    chown --reference="$1" "$1.bramble-new" 2>/dev/null || true
    chmod --reference="$1" "$1.bramble-new" 2>/dev/null || true
  else
    chmod 644 "$1.bramble-new"
  fi
  sync "$1.bramble-new"
  mv "$1.bramble-new" "$1"
}

# file PATH <CONTENT: the file holds exactly that.
file() {
  cat >"$WORK/wanted"
  if ! cmp -s "$WORK/wanted" "$ROOT$1" && lacking "$1 is not as promised"; then replace "$ROOT$1" "$WORK/wanted"; fi
}

# edited PATH FILTER…: the file is such that FILTER has nothing to change.
edited() {
  local path=$1
  shift
  "$@" <"$ROOT$path" >"$WORK/wanted"
  if ! cmp -s "$WORK/wanted" "$ROOT$path" && lacking "$path is not as promised"; then
    replace "$ROOT$path" "$WORK/wanted"
  fi
}

# absent PATH
absent() {
  if [ -e "$ROOT$1" ] && lacking "$1 is there"; then rm -f "$ROOT$1"; fi
}

# with_block [LINE…]: a filter that ends a file with these lines between marks; without any, the marks go too.
with_block() {
  awk '/^# bramble: begin$/ { skip = 1 } !skip { print } /^# bramble: end$/ { skip = 0 }'
  if [ $# -gt 0 ]; then printf '%s\n' '# bramble: begin' "$@" '# bramble: end'; fi
}

# started_after UNIT PATH: whether the unit runs with the file as it is now. To the microsecond, since a package
# starts its service within the second in which its configuration is written.
started_after() {
  local started written
  started=$(systemctl show --property=ExecMainStartTimestamp --timestamp=us+utc --value "$1")
  written=$(stat -c %.6Y "$ROOT$2")
  [ -n "$started" ] && [ "$(date -d "$started" +%s%6N)" -ge "${written/[.,]/}" ]
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
