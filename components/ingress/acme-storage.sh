#!/bin/sh
# Makes ACME's storage, the file $1, one that Traefik takes: there, writable, and for its owner alone.
# Traefik itself would only log that it does not take it, and serve its self-signed certificate.
set -eu

umask 077
touch "$1"
chmod 0600 "$1"
