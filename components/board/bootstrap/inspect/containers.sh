#!/usr/bin/env bash
# Containers that run here already. bramble restarts containerd and the board, and plans all of its RAM.

# after WORD WORD…: the word behind the first of the given name.
after() {
  local name=$1
  shift
  while [ $# -gt 1 ]; do
    if [ "$1" = "$name" ]; then
      echo "$2"
      return
    fi
    shift
  done
}

# running: engine and container of each one that runs, known by the process that every engine leaves beside it.
running() {
  local folder words
  for folder in "$ROOT"/proc/[0-9]*; do
    words=()
    # It may end meanwhile.
    { mapfile -d '' -t words <"$folder/cmdline"; } 2>/dev/null || continue
    case ${words[*]:0:1} in
      */containerd-shim* | containerd-shim*)
        case $(after -namespace "${words[@]}") in
          moby) echo "Docker $(after -id "${words[@]}" | cut -c 1-12)" ;;
          *) echo "containerd's namespace $(after -namespace "${words[@]}") $(after -id "${words[@]}" | cut -c 1-12)" ;;
        esac
        ;;
      */conmon | conmon) echo "Podman $(after -n "${words[@]}")" ;;
      "[lxc monitor] "*) echo "LXC ${words[0]##* }" ;;
      */qemu-system-* | qemu-system-*) echo "QEMU $(after -name "${words[@]}" | sed 's/^guest=//; s/,.*//')" ;;
      */systemd-nspawn | systemd-nspawn) echo "systemd-nspawn $(after -M "${words[@]}")" ;;
    esac
  done
}

# with_names <RUNNING: with the names that Docker has given; what its shims know is an id. Docker is only asked where
# something of its runs: the question alone would start it.
with_names() {
  local line id names=
  while read -r line; do
    id=${line#Docker }
    if [ "$id" != "$line" ]; then
      names=${names:-$(as_root docker ps --format '{{.ID}} {{.Names}}' 2>/dev/null || true)}
      line="Docker $(awk -v id="$id" 'index($1, id) == 1 { name = $2 } END { print name == "" ? id : name }' <<<"$names")"
    fi
    echo "$line"
  done
}

container_obstacles() {
  local found
  if set_up; then return; fi
  found=$(running | with_names | sort -u | listed)
  if [ -n "$found" ]; then
    obstacle "containers are running on it: $found; bramble restarts containerd and the board, and plans all of its RAM for the cluster" \
      "remove the board from the settings, or move the containers elsewhere and delete them (docker rm -f NAME, podman rm -f NAME, lxc-destroy); deploy what belongs in the cluster with bramble"
  fi
}
