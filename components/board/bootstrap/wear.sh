#!/usr/bin/env bash
# Fewer writes to the card.

journal=/etc/systemd/journald.conf.d/90-bramble.conf

# A filter for fstab: noatime for /, everything else byte for byte. Whoever wrote strictatime needs the times.
with_noatime() {
  awk '
    !/^[[:space:]]*#/ && $2 == "/" && NF >= 4 && $4 !~ /(^|,)(noatime|strictatime)(,|$)/ {
      options = $4
      gsub(/(^|,)(relatime|atime)/, "", options)
      sub(/^,/, "", options)
      options = options == "" ? "noatime" : options ",noatime"
      # The fourth field stands behind three fields and their spaces.
      match($0, /^[[:space:]]*[^[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+/)
      $0 = substr($0, 1, RLENGTH) options substr($0, RLENGTH + length($4) + 1)
    }
    { print }'
}
without_noatime() {
  awk '
    !/^[[:space:]]*#/ && $2 == "/" && NF >= 4 {
      options = "," $4 ","
      while (sub(/,(noatime|relatime|atime),/, ",", options));
      $4 = options
    }
    { print }'
}

# root_options PATH: of / in this list of file systems, between commas.
root_options() { awk '!/^[[:space:]]*#/ && $2 == "/" { options = $4 } END { print "," options "," }' "$ROOT$1" 2>/dev/null || true; }

# Whoever set how much is kept has a reason: the rest would be deleted.
own_limit() {
  { grep -lsE '^[[:space:]]*SystemMaxUse[[:space:]]*=[[:space:]]*[^[:space:]]' "$ROOT"/etc/systemd/journald.conf{,.d/*.conf} || true; } |
    grep -vxF "$ROOT$journal" >/dev/null
}

# What is there beyond bramble's limit would be deleted, too. A new card has as much after some power cuts, of
# today only.
is_beyond() {
  local size first
  size=$(du -sm "$ROOT/var/log/journal" 2>/dev/null | cut -f1) || true
  if [ -e "$ROOT$journal" ] || [ "${size:-0}" -le "$JOURNAL_SIZE" ]; then return 1; fi
  first=$(journalctl -D "$ROOT/var/log/journal" -q -o short-unix 2>/dev/null | sed -n 's/^\([0-9]*\)\..*/\1/p; 1q') || true
  [ -z "$first" ] || [ "$first" -lt $(($(date +%s) - 86400)) ]
}

desired_state() {
  if own_limit; then
    absent "$journal"
  elif ! is_beyond; then
    printf '[Journal]\nSystemMaxUse=%sM\nSystemMaxFileSize=8M\nRuntimeMaxUse=16M\n' "$JOURNAL_SIZE" | file "$journal"
  fi
  if [ -e "$ROOT$journal" ] && ! started_after systemd-journald "$journal" && needs_change "journald has not loaded its size limit"; then
    quietly systemctl restart systemd-journald || fail "systemd-journald does not start with $journal" "see: systemctl status systemd-journald"
  fi
  if [ -e "$ROOT/etc/fstab" ]; then edited /etc/fstab with_noatime; fi
  if [[ $(root_options /proc/mounts) != *,noatime,* && $(root_options /etc/fstab) != *,strictatime,* ]] &&
    needs_change "/ is mounted without noatime"; then
    quietly mount -o remount,noatime / || fail "/ can't be remounted with noatime" "see the output above, and check / in /etc/fstab"
  fi
}

# noatime stays: it does no harm.
remove() { absent "$journal"; }

phase "$@"
