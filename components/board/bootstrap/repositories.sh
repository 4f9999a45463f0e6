#!/usr/bin/env bash
# Where packages come from. All of it before any package is installed: apt refuses to work at all while one
# source contradicts another.

list_of() { echo "/etc/apt/sources.list.d/bramble-$1.list"; }
keyring_of() { echo "/etc/apt/keyrings/bramble-$1.asc"; }

# repository NAME LINE KEY KEY_URL: apt's source of that name. LINE's %key% becomes the key's path, %id% and
# %codename% the operating system's. Without a LINE there is none.
repository() {
  local list keyring line=$2
  list=$(list_of "$1")
  keyring=$(keyring_of "$1")
  if [ -z "$line" ]; then
    absent "$list"
    absent "$keyring"
    return
  fi
  line=${line//%key%/$keyring}
  line=${line//%id%/$(os_release ID)}
  line=${line//%codename%/$(os_release VERSION_CODENAME)}
  if [ -n "$3" ]; then
    printf '%s\n' "$3" | file "$keyring"
  elif ! { [ -s "$ROOT$keyring" ] && grep -qxsF "# key: $4" "$ROOT$list"; } && lacking "the key of $1 is not there"; then
    quietly apt-helper download-file "$4" "$WORK/key" ||
      fail "the key of the package repository can't be had from $4" "see that the board reaches it, or name a mirror: cluster.kubernetesRepository, cluster.containerdRepository"
    replace "$ROOT$keyring" "$WORK/key"
  fi
  printf '# key: %s\n%s\n' "${4:-in the settings}" "$line" | file "$list"
}

promises() {
  repository containerd "$CONTAINERD_REPOSITORY" "$CONTAINERD_KEY" "$CONTAINERD_KEY_URL"
  repository kubernetes "$KUBERNETES_REPOSITORY" "$KUBERNETES_KEY" "$KUBERNETES_KEY_URL"
}

undo() {
  repository containerd "" "" ""
  repository kubernetes "" "" ""
}

phase "$@"
