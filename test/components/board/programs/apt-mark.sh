#!/bin/bash
# Stands in for apt-mark on a scratch board, whose folder is $ROOT.
action=$1; shift; touch "$ROOT/held"
case $action in
  hold) printf '%s\n' "$@" >>"$ROOT/held" ;;
  showhold) cat "$ROOT/held" ;;
  unhold) for name; do sed -i "/^$name$/d" "$ROOT/held"; done ;;
esac
