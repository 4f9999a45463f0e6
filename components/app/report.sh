#!/bin/sh
# Tells DogStatsD how a backup, or the test of one, ended. Without STATSD_HOST nobody is told. Never fails: what
# ended well has not failed because nobody heard of it.
#
# Usage: report.sh WHAT APP FAILED SECONDS
#   WHAT     `backup` or `restore_test`: the metrics are bramble.WHAT.failed and bramble.WHAT.seconds
#   APP      their tag `app`
#   FAILED   1 if it failed, else 0
#   SECONDS  how long it took
set -eu

what=$1
app=$2
failed=$3
seconds=$4

[ -n "${STATSD_HOST:-}" ] || exit 0
printf "bramble.$what.%s:%s|g|#app:$app\n" failed "$failed" seconds "$seconds" |
  timeout 10 nc -u -w 1 "$STATSD_HOST" "${STATSD_PORT:?}" || echo "can't send metrics of $app to DogStatsD." >&2
