#!/bin/bash
# Prints for each container of this board the most memory that it has had and what of its memory now is anonymous, in
# bytes, and how often it was at its limit: ID PEAK ANONYMOUS TIMES.
#
# usage: peaks.sh, as root
set -euo pipefail
find /sys/fs/cgroup/kubepods.slice -name memory.peak -path '*cri-containerd-*' | while read -r file; do
  group=${file%/memory.peak}
  id=${group##*cri-containerd-}
  anonymous=$(awk '$1 == "anon" { print $2 }' "$group/memory.stat")
  times=$(awk '$1 == "max" { print $2 }' "$group/memory.events")
  echo "${id%.scope} $(cat "$file") $anonymous $times"
done
