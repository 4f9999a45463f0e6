#!/bin/sh
# Runs a command of Gogs with the secret key that lies with its data, so that a backup has both.
# Usage: gogs.sh KEY_FILE FIRST_KEY_FILE COMMAND…
# A volume without a key is given the one in FIRST_KEY_FILE.
set -eu

key=$1
first=$2
shift 2

umask 077
if [ ! -s "$key" ]; then
  mkdir -p "$(dirname "$key")"
  cp "$first" "$key.part"
  mv "$key.part" "$key"
fi
GOGS_SECRET_KEY=$(cat "$key")
export GOGS_SECRET_KEY
umask 022
exec "$@"
