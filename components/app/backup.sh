#!/bin/sh
# Backs up a folder with restic. A backup counts, by its tag `complete`, only once it is written, of one moment,
# and read back; until then it is tagged `unfinished`, and no restore takes it.
#
# Usage: backup.sh FOLDER WATCHED EXCLUDES SCRATCH KEEP…
#   FOLDER    what is backed up: its `data`, and copies of databases in its `database`
#   WATCHED   the folder of the data that must not change meanwhile; state.sh may have written SCRATCH/before. Empty
#             if none is watched
#   EXCLUDES  a file with what to leave out, for `restic backup --exclude-file`
#   SCRATCH   a folder for files of this run
#   KEEP…     what to keep of earlier backups: options of `restic forget`
#
# The repository, its password and access to it are in the environment (RESTIC_…, AWS_…). RESTIC_HOST names what
# is backed up, and BACKUP_TAG is one more tag of this backup. STATSD_HOST and STATSD_PORT, if set, are told how it ended.
set -eu

folder=$1
watched=$2
excludes=$3
scratch=$4
shift 4

here=$(dirname "$0")
begin=$(date +%s)
run="run-$(date -u +%Y%m%d%H%M%S)-$(hostname)-$$"
# The repository is for one at a time while it is checked and cleared.
wait="--retry-lock=40m"
step="looking at $folder"

say() {
  echo "backup of $RESTIC_HOST: $*"
}

ended() {
  code=$?
  failed=0
  [ "$code" -eq 0 ] || {
    failed=1
    say "FAILED while $step. Earlier backups are unchanged." >&2
  }
  sh "$here/report.sh" backup "$RESTIC_HOST" "$failed" "$(($(date +%s) - begin))"
}
trap ended EXIT

fail() {
  say "$*" >&2
  exit 1
}

# Ends with 10 if there is no repository, 12 if the password is wrong. restic alone would try a target that does not
# answer for a quarter of an hour.
look() {
  timeout 60 restic cat config --no-lock >/dev/null
}

# Two at once would each make half of one. A server refuses the second by itself; in a folder this does.
make_repository() {
  case $RESTIC_REPOSITORY in
    /*)
      mkdir -p "$(dirname "$RESTIC_REPOSITORY")"
      if mkdir "$RESTIC_REPOSITORY.making"; then
        code=0
        look || restic init || code=$?
        rmdir "$RESTIC_REPOSITORY.making"
        return "$code"
      else
        say "another run is creating the repository; if none is, delete $RESTIC_REPOSITORY.making."
        sleep 20
        look
      fi
      ;;
    rest:*)
      restic init || look
      # The server does not flush the repository's `config`, and no backup may count that a power cut would make
      # unreadable. The kernel writes it after at most 35 s (vm.dirty_expire_centisecs and dirty_writeback_centisecs).
      sleep 40
      ;;
    *) restic init || look ;;
  esac
}

cd "$folder"
if [ -z "$(find data -type f | head -n 1)" ]; then
  fail "no file in $folder/data: its disk may be lost. Nothing was backed up."
fi
before=$scratch/before
[ -z "$watched" ] || [ -e "$before" ] || sh "$here/state.sh" "$watched" "$before"

step="opening the repository"
code=0
look || code=$?
if [ "$code" -eq 10 ]; then
  say "there is no repository yet; creating it."
  make_repository
elif [ "$code" -ne 0 ]; then
  exit "$code"
fi
# Of runs that were cut off more than half an hour ago.
restic unlock

step="writing"
restic backup "$wait" --tag "unfinished,$run${BACKUP_TAG:+,$BACKUP_TAG}" --exclude-file "$excludes" data database

if [ -n "$watched" ]; then
  step="checking that $watched did not change"
  sh "$here/state.sh" "$watched" "$scratch/after"
  cmp -s "$before" "$scratch/after" || fail "$watched changed during the backup, so it is not consistent; retrying."
fi

step="reading it back"
# All of its structure, and of its data each day of the week another seventh.
restic check "$wait" --tag "$run" --read-data-subset "$(date -u +%u)/7"

step="marking it as complete"
restic tag "$wait" --tag "$run" --remove unfinished --add complete
found=$(restic snapshots --no-lock --json --tag "complete,$run")
case $found in
  *'"id"'*) ;;
  *) fail "it is no longer in the repository." ;;
esac

step="removing old backups"
# The newest unfinished one may be another run's that is at work.
restic forget "$wait" --tag unfinished --group-by host --keep-last 1
restic forget "$wait" --tag complete --group-by host --prune "$@"

say "complete."
