#!/bin/sh
# Says how the restore tests of all apps went, and tells DogStatsD. Fails if one of them did.
#
# Usage: verdicts.sh FOLDER APP…
#   FOLDER  the verdict of each app: seconds, and on a second line what failed
set -eu

folder=$1
shift

here=$(dirname "$0")
any=0
for app; do
  { read -r seconds && read -r failure; } <"$folder/$app"
  failed=0
  [ -z "$failure" ] || failed=1
  if [ "$failed" -eq 1 ]; then
    any=1
    echo "restore test of $app: $failure" >&2
  else
    echo "restore test of $app: passed."
  fi
  sh "$here/report.sh" restore_test "$app" "$failed" "$seconds"
done
exit "$any"
