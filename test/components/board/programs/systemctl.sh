#!/bin/bash
# Stands in for systemctl on a scratch board, whose folder is $ROOT.
case "$*" in
  show*RequiredBy*) cat "$ROOT/bound" 2>/dev/null ;;
  show*) echo "2100-01-01 00:00:00 UTC" ;;
  # Everything is enabled but what was disabled, by name, or is listed so from the beginning.
  *is-enabled*) for unit; do if grep -qxsF "$unit" "$ROOT/disabled"; then exit 1; fi; done ;;
  disable*) for unit; do echo "$unit"; done >>"$ROOT/disabled" ;;
  enable*) for unit; do sed -i "/^$unit\$/d" "$ROOT/disabled" 2>/dev/null; done ;;
  *is-active*systemd-resolved) [ -e "$ROOT/run/systemd/resolve/resolv.conf" ] ;;
  list-*)
    for unit in "$ROOT"/run/systemd/generator/*; do
      if [ -e "$unit" ]; then echo "${unit##*/} generated"; fi
    done
    ;;
esac
