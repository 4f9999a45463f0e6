#!/bin/bash
# Prints what the entrance answers to another board: its status for http and where it sends the client, its status for
# https, and the serial number of the certificate that it shows.
#
# usage: entrance.sh ADDRESS HOST
set -euo pipefail
address=$1
host=$2

request() { printf 'GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$host"; }
tls() { timeout 20 openssl s_client -connect "$address:443" -servername "$host" "$@" 2>/dev/null; }

exec 3<>"/dev/tcp/$address/80"
request >&3
timeout 20 cat <&3 | tr -d '\r' | sed -n 's/^HTTP\/1\.1 \([0-9]*\).*/http \1/p; s/^Location: //p'
request | tls -quiet | sed -n 's/^HTTP\/1\.1 \([0-9]*\).*/https \1/p'
tls </dev/null | openssl x509 -noout -serial
