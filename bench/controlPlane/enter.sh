#!/bin/sh
# Starts a program inside control groups: the cgroup.procs file of each, then --, then the program's command.
# It ends when the bench does, even if that is killed.
set -eu
while [ "$1" != -- ]; do
  echo $$ >"$1"
  shift
done
shift
exec setpriv --pdeathsig KILL -- "$@"
