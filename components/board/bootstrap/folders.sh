#!/usr/bin/env bash
# Directories of apps' data: which of them bramble has made, and what is in the way of others; for the phases inspect
# and data, behind prelude.sh. FOLDERS has a line for each: CLAIM OWNER PATH, with the owner "any" for what others deploy.

# What was made on this card, as lines CLAIM PATH, by which a directory that is no longer used is known.
export MADE_FOLDERS=$STATE/folders

# mark_of PATH: the file with the claim that the directory was made for. Beside the directory: on the same disk, which
# may move to another card, and not where the app, its backup and its restore find it.
mark_of() { echo "${1%/*}/.bramble/${1##*/}"; }

# made_for PATH CLAIM: whether bramble has made it for this. A mark that a power cut has met says no name.
made_for() {
  [ -e "$ROOT$(mark_of "$1")" ] &&
    { [ ! -s "$ROOT$(mark_of "$1")" ] || damaged "$(mark_of "$1")" || [ "$(cat "$ROOT$(mark_of "$1")")" = "$2" ]; }
}

# in_the_way PATH: a folder above it that is none.
in_the_way() {
  local folder=$1
  while [ "${folder%/*}" != "" ]; do
    folder=${folder%/*}
    if { [ -e "$ROOT$folder" ] || [ -L "$ROOT$folder" ]; } && [ ! -d "$ROOT$folder" ]; then echo "$folder"; fi
  done
}

# handed_over PATH CLAIM: the command by which its owner gives a directory to bramble.
handed_over() { echo "sudo mkdir -p $(dirname "$(mark_of "$1")") && echo $2 | sudo tee $(mark_of "$1")"; }

inspect_folder() {
  local claim=$1 path=$2 found blocked
  blocked=$(in_the_way "$path" | head -n 1)
  if [ -n "$blocked" ]; then
    obstacle "$blocked is not a directory, so $path for $claim can't be created" "move it elsewhere: sudo mv $blocked $blocked.mine"
  elif [ -L "$ROOT$path" ]; then
    obstacle "$path is a symbolic link to $(readlink "$ROOT$path"); a link can lead to an empty place while its disk is missing" \
      "set the directory in the settings to a real path, and remove the link: sudo rm $path"
  elif [ -e "$ROOT$path" ] && [ ! -d "$ROOT$path" ]; then
    obstacle "$path is a file, but must be the directory for $claim" "move it elsewhere: sudo mv $path $path.mine"
  elif awk -v path="$path" '$2 == path { found = 1 } END { exit !found }' "$ROOT/proc/mounts"; then
    obstacle "$path is the mount point of a disk; without the disk $claim would be written to the card" \
      "use a directory below it, such as $path/$claim, or let bramble mount the disk (docs/disks.md)"
  else
    found=$(entries "$path")
    if [ -n "$found" ] && ! made_for "$path" "$claim"; then
      if [ -e "$ROOT$(mark_of "$path")" ]; then
        obstacle "$path has data of $(cat "$ROOT$(mark_of "$path")"), but the settings want it for $claim: $found" \
          "use another directory, or move it elsewhere: sudo mv $path $path.mine && sudo rm $(mark_of "$path")"
      else
        obstacle "$path for $claim is not empty, and bramble did not create it: $found" \
          "if that is the data of $claim, hand it over: $(handed_over "$path" "$claim"); otherwise move it elsewhere: sudo mv $path $path.mine"
      fi
    elif [ -z "$found" ]; then
      inspect_move "$claim" "$path"
    fi
  fi
}

# inspect_move CLAIM PATH: whether data of the claim lies in another directory than in this one, which is empty.
inspect_move() {
  local claim old
  while read -r claim old; do
    if [ "$claim" != "$1" ] || [ "$old" = "$2" ] || [ ! -e "$ROOT$(mark_of "$old")" ] || [ -z "$(entries "$old")" ]; then continue; fi
    obstacle "the data of $1 is in $old, but its directory is now $2, which is empty" \
      "stop what writes to it (kubectl scale --replicas=0) and copy it: sudo mkdir -p ${2%/*} && sudo cp -aT $old $2 && $(handed_over "$2" "$1"); or, to start without it or from its backup: sudo rm $(mark_of "$old")"
  done < <(cat "$MADE_FOLDERS" 2>/dev/null || true)
}

folder_obstacles() {
  local claim path
  while read -r claim _ path; do
    # Of a disk that is not mounted yet nothing can be seen.
    if [ -n "$claim" ] && ! awaits_disk "$path"; then inspect_folder "$claim" "$path"; fi
  done <<<"$FOLDERS"
}

# awaits_disk PATH: whether it belongs on the board's disk, which is not mounted.
awaits_disk() { [[ $1 == "$DISK"/* ]] && ! findmnt --mountpoint "$ROOT$DISK" >/dev/null; }
