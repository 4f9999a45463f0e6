#!/usr/bin/env bash
# Directories for apps' data, with the owner and mode that their pods need. What is in them is left alone.

# marked_first CLAIM PATH: before the directory is made, so that a power cut leaves none without its mark.
marked_first() {
  local parent=$ROOT${2%/*}
  if applying && ! grep -qxsF "$1 $2" "$MADE_FOLDERS"; then note "$MADE_FOLDERS" "$1 $2"; fi
  if [ -s "$ROOT$(mark_of "$2")" ] && made_for "$2" "$1" && ! damaged "$(mark_of "$2")"; then return; fi
  if [ ! -d "$parent" ] && ! needs_change "${2%/*} is missing"; then return; fi
  (umask 022 && mkdir -p "$parent")
  echo "$1" | file "$(mark_of "$2")"
}

# made CLAIM OWNER PATH
made() {
  local is wanted="$2:$2 $FOLDER_MODE"
  marked_first "$1" "$3"
  if [ ! -d "$ROOT$3" ]; then
    if ! needs_change "$3 for $1 is missing"; then return; fi
    if [ "$2" = any ]; then
      mkdir -m 0777 "$ROOT$3"
    else
      mkdir -m 0700 "$ROOT$3"
      own "$2" "$3"
    fi
    return
  fi
  # The kubelet has given it to the group of the pod that came.
  if [ "$2" = any ]; then return; fi
  is=$(stat -c '%u:%g %a' "$ROOT$3")
  # Never what is in it: the app has given its files the modes that they need.
  if [ "$is" != "$wanted" ] && needs_change "$3 for $1 has owner and mode $is instead of $wanted"; then own "$2" "$3"; fi
}

# own OWNER PATH
own() {
  chown "$1:$1" "$ROOT$2"
  chmod "$FOLDER_MODE" "$ROOT$2"
}

# What the settings no longer have.
unused() {
  local claim path
  while read -r claim path; do
    if [ ! -d "$ROOT$path" ] || awk -v claim="$claim" -v path="$path" '$1 == claim && $3 == path { found = 1 } END { exit !found }' <<<"$FOLDERS"; then continue; fi
    echo "$PHASE: $path, once for $claim, is no longer used and stays as it is"
  done < <(cat "$MADE_FOLDERS" 2>/dev/null || true)
}

desired_state() {
  local claim owner path
  while read -r claim owner path; do
    if [ -n "$claim" ] && awaits_disk "$path"; then
      fail "the board's disk is not mounted at $DISK, so $path is missing" "check dmesg and the disk's cable; run npm run drift, then pulumi up again"
    fi
  done <<<"$FOLDERS"
  require_none folder_obstacles
  while read -r claim owner path; do if [ -n "$claim" ]; then made "$claim" "$owner" "$path"; fi; done <<<"$FOLDERS"
  if verifying; then unused; fi
}

# Data and marks stay.
phase "$@"
