#!/usr/bin/env bash
# How a script writes a file of its own, changes somebody else's, and takes note of what it does; behind prelude.sh
# in front of every phase.

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
  fix="check: ls -ld $1; lsattr -d $1; df -h $1"
  if [[ $why == *"No space left"* ]]; then
    full "$(findmnt -nro TARGET -T "$(dirname "$1")" || dirname "$1")"
  else
    unwritable "$1" || unwritable "$(dirname "$1")" || true
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
  changes+=("the damaged $1 is kept as $kept")
}

# file PATH <CONTENT: the file holds exactly that. Only for files that bear bramble's name, or whose content was
# kept.
file() {
  cat >"$WORK/wanted"
  if cmp -s "$WORK/wanted" "$ROOT$1"; then return; fi
  if damaged "$1"; then
    if needs_change "$1 was damaged by a power cut: it contains NUL or 0xff bytes"; then
      set_aside "$1"
      replace "$ROOT$1" "$WORK/wanted"
    fi
  elif needs_change "$1 differs from the desired state"; then
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
    fail "$path was damaged by a power cut: it contains NUL or 0xff bytes" \
      "restore it from a backup or copy it from another board with the same system; bramble has not changed it"
  fi
  "$@" <"$ROOT$path" >"$WORK/wanted"
  if cmp -s "$WORK/wanted" "$ROOT$path"; then return; fi
  without=without_${filter#with*_}
  "$without" <"$ROOT$path" >"$WORK/before"
  "$without" <"$WORK/wanted" >"$WORK/after"
  "$@" <"$WORK/wanted" >"$WORK/again"
  if ! cmp -s "$WORK/before" "$WORK/after" || ! cmp -s "$WORK/again" "$WORK/wanted"; then
    diff "$ROOT$path" "$WORK/wanted" | head -n 20 >&2 || true
    fail "the change above would remove lines of $path that bramble did not write; bramble has not changed the file" \
      "make the change by hand; keep your own lines outside '# bramble: begin' and '# bramble: end'"
  fi
  if needs_change "$path differs from the desired state"; then replace "$ROOT$path" "$WORK/wanted"; fi
}

# absent PATH
absent() {
  if [ -e "$ROOT$1" ] && needs_change "$1 exists"; then
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
