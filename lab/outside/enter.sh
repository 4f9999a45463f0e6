#!/bin/sh
# Runs a command in a namespace, in the folder where this is run.
#
# usage: enter.sh PID COMMAND…   with the number of the process that has unshared the namespace
set -eu

ns=/proc/$1/ns
shift
# nsenter waits outside for the command that it starts, and each of the two must end with its parent.
exec setpriv --pdeathsig KILL \
  nsenter "--net=$ns/net" "--mount=$ns/mnt" "--pid=$ns/pid_for_children" "--wdns=$PWD" \
  setpriv --pdeathsig KILL "$@"
