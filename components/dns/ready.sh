#!/bin/sh
# Whether the DNS updater's last update went well: its readiness probe. What it prints is in the pod's events.
# $1: seconds after which a report is too old; 0 if none is expected
set -eu

if [ ! -f "$STATE" ]; then
  echo "the updater has not run yet"
  exit 1
fi
{ read -r outcome; read -r message || true; } < "$STATE"
if [ "$outcome" != ok ]; then
  echo "the last update failed: $message"
  exit 1
fi
if [ "$1" -gt 0 ] && [ $(($(date +%s) - $(stat -c %Y "$STATE"))) -gt "$1" ]; then
  echo "no update for more than $1 seconds; the last one succeeded: $message"
  exit 1
fi
