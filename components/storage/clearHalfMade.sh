#!/bin/sh
# Clears repositories whose creation was cut off: restic can neither open such a repository nor create it again.
# rest-server does not flush a new repository's `config`, so a power cut may leave it empty or missing; backup.sh writes
# the first backup only once it is on the disk. A repository that has anything besides keys is left as it is.
#
# Usage: clearHalfMade.sh REPOSITORIES
set -eu

for keys in "$1"/*/keys; do
  repository=${keys%/keys}
  if ! [ -d "$keys" ] || [ -s "$repository/config" ]; then continue; fi
  if [ -n "$(find "$repository" -type f ! -path "$keys/*" ! -path "$repository/config" | head -n 1)" ]; then
    echo "$repository can't be opened, for its config is empty or missing, but it has backups: it is left as it is." >&2
    continue
  fi
  rm -rf "${keys:?}"/* "$repository/config"
  echo "$repository was only half created; the next backup creates it again."
done
