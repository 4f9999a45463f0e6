#!/usr/bin/env bash
# Sources of packages, as bramble writes them and as apt takes them; for the phases inspect and repositories,
# behind prelude.sh. apt refuses to work at all while one source contradicts another, for the owner, too: so it is
# asked about a copy of all sources before anything is written.

list_of() { echo "/etc/apt/sources.list.d/bramble-$1.list"; }
keyring_of() { echo "/etc/apt/keyrings/bramble-$1.asc"; }

# source_line NAME LINE: LINE's %key% becomes the key's path, %id% and %codename% the operating system's.
source_line() {
  local line=$2
  line=${line//%key%/$(keyring_of "$1")}
  line=${line//%id%/$(os_release ID)}
  echo "${line//%codename%/$(os_release VERSION_CODENAME)}"
}

# Every file of the owner's from which apt takes sources.
owners_sources() {
  local file
  for file in "$ROOT"/etc/apt/sources.list "$ROOT"/etc/apt/sources.list.d/*.{list,sources}; do
    case $file in */bramble-*) continue ;; esac
    if [ -r "$file" ]; then echo "$file"; fi
  done
}

# objection [NAME LINE]: what apt objects to in the owner's sources, or in them with this one of bramble's.
objection() {
  local file copy=$WORK/sources
  rm -rf "$copy"
  mkdir -p "$copy/parts"
  : >"$copy/sources.list"
  owners_sources | while read -r file; do
    case $file in
      */sources.list) cp -L "$file" "$copy/sources.list" ;;
      *) cp -L "$file" "$copy/parts" ;;
    esac
  done
  if [ $# != 0 ]; then source_line "$1" "$2" >"$copy/parts/$(basename "$(list_of "$1")")"; fi
  apt-get indextargets -o Dir::Etc::sourcelist="$copy/sources.list" -o Dir::Etc::sourceparts="$copy/parts" 2>&1 >/dev/null |
    sed -n 's/^E: //p' | grep -v '^The list of sources could not be read' | sort -u | paste -sd' ' | sed "s#$copy/parts/#/etc/apt/sources.list.d/#g; s#$copy/#/etc/apt/#g" || true
}

# same_address LINE: the owner's files that name the address of this line for apt.
same_address() {
  local address
  address=$(grep -oE '[a-z+]+://[^ ]+' <<<"$1" | head -n 1)
  address=${address%/}
  owners_sources | while read -r file; do
    if grep -vE '^[[:space:]]*#' "$file" | grep -qF "$address"; then echo "${file#"$ROOT"}"; fi
  done
}

# contradicted NAME LINE SETTING: says what contradicts this source of bramble's, with the ways out.
contradicted() {
  local line said files theirs
  said=$(objection "$1" "$2")
  if [ -z "$said" ]; then return; fi
  line=$(source_line "$1" "$2")
  files=$(same_address "$line" | listed)
  if [ -z "$files" ]; then
    obstacle "apt would reject all its sources with the one that bramble adds: $said" "correct $3.line in the settings"
    return
  fi
  # The message ends with both keys' paths, in the order in which apt has read them.
  theirs=$(sed -n 's/.*: \(.*\) != \(.*\)$/\1 \2/p' <<<"$said" | tr ' ' '\n' | grep '^/' | grep -vxF "$(keyring_of "$1")" | head -n 1 || true)
  obstacle "$files has the same source as bramble, but with another key; apt would reject all its sources: $said" \
    "remove it from $files, since bramble adds the same source${theirs:+; or keep it, and set $3.line with signed-by=$theirs instead of %key%}"
}

# Sources that apt can't read, or not together with those that bramble adds.
source_obstacles() {
  local said
  said=$(objection)
  if [ -n "$said" ]; then
    obstacle "apt can't read its sources: $said" "correct or remove that file; check with: sudo apt-get update"
    return
  fi
  if [ -n "$CONTAINERD_REPOSITORY" ]; then contradicted containerd "$CONTAINERD_REPOSITORY" containerdRepository; fi
  if [ -n "$KUBERNETES_REPOSITORY" ]; then contradicted kubernetes "$KUBERNETES_REPOSITORY" kubernetesRepository; fi
}
