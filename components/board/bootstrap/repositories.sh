#!/usr/bin/env bash
# Where packages come from. All of it before any package is installed: apt refuses to work at all while one
# source contradicts another.

# repository NAME LINE KEY KEY_URL: apt's source of that name. Without a LINE there is none.
repository() {
  local list keyring
  list=$(list_of "$1")
  keyring=$(keyring_of "$1")
  if [ -z "$2" ]; then
    absent "$list"
    absent "$keyring"
    return
  fi
  if [ -n "$3" ]; then
    printf '%s\n' "$3" | file "$keyring"
  elif ! { [ -s "$ROOT$keyring" ] && grep -qxsF "# key: $4" "$ROOT$list"; } && needs_change "the signing key of the repository of $1 is missing"; then
    quietly apt-helper download-file "$4" "$WORK/key" ||
      fail "the signing key of the package repository can't be downloaded from $4" "make sure the board can reach it, or set a mirror: kubernetesRepository, containerdRepository"
    replace "$ROOT$keyring" "$WORK/key"
  fi
  printf '# key: %s\n%s\n' "${4:-in the settings}" "$(source_line "$1" "$2")" | file "$list"
}

desired_state() {
  require_none source_obstacles
  repository containerd "$CONTAINERD_REPOSITORY" "$CONTAINERD_KEY" "$CONTAINERD_KEY_URL"
  repository kubernetes "$KUBERNETES_REPOSITORY" "$KUBERNETES_KEY" "$KUBERNETES_KEY_URL"
}

remove() {
  repository containerd "" "" ""
  repository kubernetes "" "" ""
}

phase "$@"
