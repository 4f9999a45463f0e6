#!/bin/sh
# Restores a backup into a volume before its program starts: only into an empty one, and whole or not at all.
#
# Usage: restore.sh VOLUME WHICH [DATABASES]
#   VOLUME     the volume's folder
#   WHICH      newest, none, or the id of a snapshot
#   DATABASES  where in the volume the files below `database` of the backup belong
#
# The repository, its password and access to it are in the environment (RESTIC_…, AWS_…). RESTIC_HOST names what
# is restored. With RESTORE_OPTIONAL a repository that cannot be opened is no reason to wait.
set -eu

volume=$1
which=$2
databases=${3:-}
# On the volume itself, so that putting it in place is renaming.
coming=$volume/.restore

say() {
  echo "restore of $RESTIC_HOST: $*"
}

fail() {
  say "$*" >&2
  exit 1
}

# Ends well however often it is begun anew. The mark of completeness goes last.
put_in_place() {
  find "$coming/data" -mindepth 1 -maxdepth 1 -exec mv {} "$volume/" \;
  rm -rf "$coming"
  say "done."
}

if [ -e "$coming/complete" ]; then
  say "finishing an interrupted restore."
  put_in_place
  exit 0
fi
rm -rf "$coming"

there=$(find "$volume" -mindepth 1 -maxdepth 1 ! -name lost+found)
if [ -n "$there" ]; then
  say "the volume has data; nothing is restored."
  exit 0
fi
if [ "$which" = none ]; then
  say "the volume is empty; the settings say not to restore."
  exit 0
fi

# With an empty volume and a backup that cannot be asked, to start would be to forget the data. restic alone would
# try a target that does not answer for a quarter of an hour.
code=0
timeout 60 restic cat config --no-lock >/dev/null || code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 10 ] || [ -z "${RESTORE_OPTIONAL:-}" ] || {
  say "can't open the repository; continuing without it."
  exit 0
}
case $code in
  0) ;;
  10)
    [ "$which" = newest ] || fail "there is no repository, so $which can't be restored."
    say "there is no backup yet; the volume stays empty."
    exit 0
    ;;
  12) fail "wrong password for the repository. Set the password of the backups to the one that you saved." ;;
  *) fail "can't open the repository; see restic's output above. Retrying." ;;
esac

if [ "$which" = newest ]; then
  which=latest
  found=$(restic snapshots --no-lock --json --host "$RESTIC_HOST" --tag complete)
  case $found in
    *'"id"'*) ;;
    *)
      say "there is no complete backup yet; the volume stays empty."
      exit 0
      ;;
  esac
fi
say "restoring $which into the empty volume."
# Without a lock: that of a run that a power cut has ended counts for half an hour. Where a backup at work removes what is
# being read, this fails and begins anew.
restic restore "$which" --no-lock --host "$RESTIC_HOST" --tag complete --target "$coming" --verify
[ -d "$coming/data" ] || fail "$which is not a backup of a volume: it has no data folder."
if [ -n "$databases" ] && [ -d "$coming/database" ]; then
  mkdir -p "$coming/data/$databases"
  find "$coming/database" -type f -exec mv {} "$coming/data/$databases/" \;
fi
touch "$coming/complete"
put_in_place
