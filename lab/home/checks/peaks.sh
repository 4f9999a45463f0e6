#!/bin/bash
# Prints each container of this board with the most memory that it has had, in bytes: ID PEAK.
#
# usage: peaks.sh, as root
set -euo pipefail
find /sys/fs/cgroup/kubepods.slice -name memory.peak -path '*cri-containerd-*' | while read -r file; do
  id=${file%/memory.peak}
  id=${id##*cri-containerd-}
  echo "${id%.scope} $(cat "$file")"
done
