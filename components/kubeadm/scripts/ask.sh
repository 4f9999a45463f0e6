#!/usr/bin/env bash
# For the step that begins a cluster where one was before: what other boards may have of that. In front of it, behind
# prelude.sh.

# kubelet_at HOST: `runs`, `none`, or why that is not known. A board whose card is new refuses the connection; one that
# is off or cut off does not, and may have a part of the cluster that was here.
kubelet_at() {
  local at said status why="the name can't be resolved"
  for at in $({ timeout 5 getent ahostsv4 "$1" || true; } | awk '!known[$1]++ { print $1 }'); do
    status=0
    said=$(timeout 5 bash -c ": </dev/tcp/$at/10250" 2>&1) || status=$?
    case $status:$said in
      0:*) why=runs ;;
      *"Connection refused"*) why=none ;;
      124:*) why="timed out" ;;
      *) why=${said##*: } ;;
    esac
    case $why in runs | none) break ;; esac
  done
  echo "$why"
}

# ask NAME=HOST…: the boards that may have a part of the cluster that was here, as `found`, and whether any of them is
# `silent`. All are asked at once. One that restarts during its own bootstrap has three minutes, as bramble itself
# gives it.
ask() {
  local look node how
  for look in {1..12}; do
    for node; do kubelet_at "${node#*=}" >"$WORK/kubelet-${node%%=*}" & done
    wait
    found='' silent=''
    for node; do
      how=$(<"$WORK/kubelet-${node%%=*}")
      case $how in
        none) continue ;;
        runs) how="a kubelet runs on ${node%%=*}" ;;
        *) silent=1 how="no answer from ${node%%=*} (${node#*=}: $how)" ;;
      esac
      found+="${found:+, }$how"
    done
    if [ -z "$silent" ] || [ "$look" = 12 ]; then return; fi
    if [ "$look" = 1 ]; then echo "$PHASE: $found; waiting for up to 3 minutes"; fi
    sleep 10
  done
}
