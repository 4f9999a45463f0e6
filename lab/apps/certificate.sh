#!/bin/bash
# Gives Traefik a certificate, in the file and the form in which it keeps those that it got by ACME. The lab has no
# authority that issues any. Prints its serial number.
#
# usage: certificate.sh DIRECTORY HOST USER, as root
set -euo pipefail
directory=$1
host=$2
user=$3
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$host" \
  -addext "subjectAltName=DNS:$host" -keyout "$work/key" -out "$work/certificate" 2>/dev/null
cat >"$work/acme.json" <<JSON
{
  "acme": {
    "Account": null,
    "Certificates": [
      {
        "domain": { "main": "$host" },
        "certificate": "$(base64 -w0 "$work/certificate")",
        "key": "$(base64 -w0 "$work/key")",
        "Store": "default"
      }
    ]
  }
}
JSON
install -m 600 -o "$user" -g "$user" "$work/acme.json" "$directory/acme.json"
openssl x509 -noout -serial -in "$work/certificate"
