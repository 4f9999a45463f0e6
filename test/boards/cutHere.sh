#!/usr/bin/env bash
# In front of a phase's script: says "cut here" on standard error, and waits there, before the command of this
# number (CUT_COMMANDS) or so many seconds (CUT_SECONDS) after a program of this name (CUT_PROGRAM) has started.
cut_count=0
cut_here() {
  if [ "$BASHPID" = $$ ] && [ "$((++cut_count))" = "$CUT_COMMANDS" ]; then
    echo 'cut here' >&2
    sleep 5
  fi
}
cut_while() {
  until pgrep -x "$CUT_PROGRAM" >/dev/null; do
    # The script has come to its end without it.
    kill -0 $$ 2>/dev/null || return 0
    sleep 0.1
  done
  sleep "$CUT_SECONDS"
  if kill -0 $$ 2>/dev/null; then echo 'cut here' >&2; fi
}
if [ -n "$CUT_PROGRAM" ]; then
  cut_while </dev/null &
else
  set -o functrace
  trap cut_here DEBUG
fi
