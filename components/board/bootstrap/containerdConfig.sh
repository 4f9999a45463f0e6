#!/usr/bin/env bash
# containerd's files, and whose they are; for the phases inspect and containerd, behind prelude.sh.

export CONTAINERD_CONFIG=/etc/containerd/config.toml
# What containerd knows of registries, read at each pull.
export REGISTRIES=/etc/containerd/certs.d
export REGISTRY_HOSTS=$REGISTRIES/_default/hosts.toml
# What systemd removes at each boot, before containerd starts.
export FORGOTTEN=/etc/tmpfiles.d/bramble-cni.conf
# The first line of what bramble writes.
export MARK='# Written by bramble, whose next up overwrites changes.'

# Whether bramble wrote its files here when they had no mark yet.
before_marks() { grep -qxsF 'R! /var/lib/cni' "$ROOT$FORGOTTEN"; }

marked() { head -n 1 "$ROOT$1" 2>/dev/null | grep -qxF "$MARK"; }

# As a package has brought it.
as_packaged() {
  local sum
  sum=$(md5sum <"$ROOT$1" | cut -d' ' -f1)
  # It fails if one of them is not known, and prints what it has of the other.
  { dpkg-query -W -f='${Conffiles}\n' containerd.io containerd 2>/dev/null || true; } | awk -v path="$1" -v sum="$sum" '
    $1 == path && $2 == sum { found = 1 } END { exit !found }'
}

# As containerd prints it, perhaps with the one change that Kubernetes' own instructions ask for.
as_printed() {
  command -v containerd >/dev/null &&
    cmp -s <(containerd config default 2>/dev/null | sed 's/SystemdCgroup = .*//') <(sed 's/SystemdCgroup = .*//' "$ROOT$1")
}

owners_config() {
  [ -s "$ROOT$CONTAINERD_CONFIG" ] && ! damaged "$CONTAINERD_CONFIG" && ! marked "$CONTAINERD_CONFIG" && ! before_marks && ! as_packaged "$CONTAINERD_CONFIG" && ! as_printed "$CONTAINERD_CONFIG"
}

owners_hosts() {
  [ -s "$ROOT$REGISTRY_HOSTS" ] && ! damaged "$REGISTRY_HOSTS" && ! marked "$REGISTRY_HOSTS" &&
    ! { before_marks && [ "$(wc -l <"$ROOT$REGISTRY_HOSTS")" = 2 ] && grep -qx 'capabilities = \["pull", "resolve"\]' "$ROOT$REGISTRY_HOSTS"; }
}

# What of the owner's bramble would have to overwrite.
config_obstacles() {
  if owners_config; then
    obstacle "$CONTAINERD_CONFIG was written neither by bramble nor by containerd's package; bramble would have to overwrite it" \
      "if nothing needs it any more: sudo mv $CONTAINERD_CONFIG $CONTAINERD_CONFIG.mine; otherwise remove the board from the settings"
  fi
  if [ -n "$IMAGE_REPOSITORY" ] && owners_hosts; then
    obstacle "$REGISTRY_HOSTS was not written by bramble; cluster.imageRepository would have to overwrite it" \
      "omit cluster.imageRepository, or move the file: sudo mv $REGISTRY_HOSTS $REGISTRY_HOSTS.mine"
  fi
}
