#!/bin/sh
# A CGI program of busybox's httpd: keeps what the DNS updater reports. The updater posts its message to …/ping
# when all records are right and to …/ping/fail when not; …/start, …/log and …/0 are not about records.
set -eu

case ${PATH_INFO:-} in
  /ping) outcome=ok ;;
  /ping/fail) outcome=failed ;;
  *) outcome= ;;
esac
if [ -n "$outcome" ]; then
  message=$(head -c "${CONTENT_LENGTH:-0}" | head -c 600 | tr '\n' ' ')
  printf '%s\n%s\n' "$outcome" "$message" > "$STATE.new"
  mv "$STATE.new" "$STATE"
fi
printf 'Content-Type: text/plain\r\n\r\nOK\n'
