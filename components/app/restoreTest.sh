#!/bin/sh
# Tests whether the newest complete backup of an app can be restored: restores it into an empty folder and deletes it
# again. It only reads the repository, and without a lock, so that a backup at work does not wait for it.
#
# Usage: restoreTest.sh FOLDER VERDICT MAX_AGE KEEP_FREE
#   FOLDER     an empty folder; what stays in it is `database`, the copies of databases in the backup
#   VERDICT    the file for the verdict: how many seconds it took, and on a second line what failed
#   MAX_AGE    seconds that the backup may be old
#   KEEP_FREE  per cent of the folder's file system that must stay free
#
# Ends with 0 whatever the verdict: the pod goes on to the next app, and verdicts.sh fails in the end.
# The repository, its password and access to it are in the environment (RESTIC_…, AWS_…), RESTIC_HOST names what was
# backed up, and NODE_NAME the board.
set -eu

folder=$1
verdict=$2
max_age=$3
keep_free=$4

begin=$(date +%s)
restored=$folder/restored
step="opening the repository"
failure=

say() {
  echo "restore test of $RESTIC_HOST: $*"
}

fail() {
  failure=$*
  exit 1
}

clear_up() {
  # Folders that were read-only are so again.
  [ ! -d "$restored" ] || chmod -R u+rwX "$restored" || return
  rm -rf "$restored" "$folder/cache"
}

ended() {
  code=$?
  seconds=$(($(date +%s) - begin))
  [ "$code" -eq 0 ] || failure=${failure:-FAILED while $step, see the log of the container restore-$RESTIC_HOST.}
  [ -z "$failure" ] || say "$failure" >&2
  printf '%s\n%s\n' "$seconds" "$failure" >"$verdict"
  clear_up || say "can't delete what was restored." >&2
  exit 0
}
trap ended EXIT

# The value of a key in JSON on one line, where that key occurs once.
value() {
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# restic alone would try a target that does not answer for a quarter of an hour.
code=0
timeout 60 restic cat config --no-lock >/dev/null || code=$?
case $code in
  0) ;;
  10) fail "there is no repository, so nothing was ever backed up. See the log of the backup's last job." ;;
  12) fail "wrong password for the repository. Set the password of the backups to the one that you saved." ;;
  *) fail "can't open the repository; see the log of the container restore-$RESTIC_HOST." ;;
esac

step="looking for the newest complete backup"
found=$(restic snapshots latest --no-lock --json --host "$RESTIC_HOST" --tag complete)
case $found in
  *'"id"'*) ;;
  *) fail "there is no complete backup. See the log of the backup's last job." ;;
esac
id=$(echo "$found" | value short_id)
# UTC, as everything in a pod; busybox reads it without T and fractions.
taken=$(echo "$found" | value time | sed 's/T/ /; s/[.Z].*//')
backup="backup $id of $taken UTC"
age=$((begin - $(date -u -d "$taken" +%s)))
[ "$age" -le "$max_age" ] ||
  fail "the newest complete one is $backup, $((age / 3600)) hours ago; it may be $((max_age / 3600)) hours old. See the log of the backup's last job."

step="measuring $backup"
size=$(restic stats "$id" --no-lock --mode restore-size --json)
# In KiB: a block for each file, and 5 % for restic's cache.
bytes=$(echo "$size" | value total_size)
files=$(echo "$size" | value total_file_count)
needed=$(((bytes + bytes / 20) / 1024 + files * 4))
# shellcheck disable=SC2046 # Its words are the columns: file system, size, used, available.
set -- $(df -P -k "$folder" | tail -n 1)
free=$(($4 - $2 * keep_free / 100))
[ "$needed" -le "$free" ] ||
  fail "$backup needs $(((needed + 1023) / 1024)) MiB, but the disk of $NODE_NAME has $((free / 1024)) MiB to spare ($keep_free % stay free for the kubelet). Nothing was restored; free some space there."

step="restoring $backup"
restic restore "$id" --no-lock --target "$restored" --verify
count=$(find "$restored/data" -type f | wc -l)
[ "$count" -gt 0 ] || fail "$backup has no file."
[ ! -d "$restored/database" ] || mv "$restored/database" "$folder/database"
say "$backup was restored and verified: $count files."
