#!/bin/sh
# Goes before another version of Gogs: saves what the version before has left, and refuses to go back.
# Usage: upgrade.sh VERSION DATA DATABASES [BACKUP…]
#   VERSION    the version that is about to start
#   DATA       the volume with Gogs' data; no Gogs is at work on it
#   DATABASES  where the database is put for the backup
#   BACKUP…    the command that backs up; omitted where there are no backups
set -eu

version=$1
data=$2
databases=$3
shift 3
database=$data/gogs/data/gogs.db
marker=$data/gogs/version

mark() {
  printf '%s\n' "$version" >"$marker.part"
  mv "$marker.part" "$marker"
}

# `0.14.3` as 14, of any one major version.
minor() {
  rest=${1#*.}
  echo "${rest%%.*}"
}

if [ ! -e "$database" ]; then
  mkdir -p "$data/gogs"
  mark
  exit 0
fi
before="an unknown version"
[ ! -s "$marker" ] || before=$(cat "$marker")
[ "$before" != "$version" ] || exit 0

# Gogs itself would start on the newer tables, and then migrate them a second time at the next upgrade.
if [ -s "$marker" ] && [ "$(minor "$version")" -lt "$(minor "$before")" ]; then
  echo "The data is from Gogs $before, and $version is older: Gogs can't be downgraded. Deploy $before again, or" \
    "empty the volume and restore a backup from before the upgrade (docs/backup-and-restore.md)." >&2
  exit 1
fi

echo "Upgrading Gogs from $before to $version: backing up the data first."
rm -f "$database".before-*
cp "$database" "$database.before-$version.part"
mv "$database.before-$version.part" "$database.before-$version"
if [ "$#" -gt 0 ]; then
  # With its journal, if Gogs was cut off.
  rm -rf "${databases:?}"/*
  for file in "$database" "$database-journal"; do
    [ ! -e "$file" ] || cp "$file" "$databases/"
  done
  "$@"
else
  echo "There are no backups: only the database is copied, on the same volume."
fi
mark
