#!/usr/bin/env bash
# What ends on a board, and when; behind its parameters and components/kubeadm/scripts/pki.sh. Reads only, as root. A line
# KIND<tab>NAME<tab>VALUE for each: `end` and the time, `key` and a repository's key in base64, or `unknown` and why.
set -uo pipefail
KUBECACHEDIR=$(mktemp -d)
export LC_ALL=C KUBECACHEDIR
trap 'rm -rf "$KUBECACHEDIR"' EXIT

row() { printf '%s\t%s\t%s\n' "$1" "$2" "$3"; }

# dated KIND NAME: the end of the certificate on standard input.
dated() {
  local end
  if ! command -v openssl >/dev/null; then
    row "$1" "$2" "unknown openssl is not installed"
  elif end=$(openssl x509 -noout -enddate 2>/dev/null) && [ -n "$end" ]; then
    row "$1" "$2" "end $(date -u -d "${end#notAfter=}" +%FT%TZ)"
  else
    row "$1" "$2" "unknown it holds no certificate that can be read"
  fi
}

# file_dated KIND FILE
file_dated() {
  if [ -e "$2" ]; then certificate "$2" 2>/dev/null | dated "$1" "${2#"${ROOT:-}"}"; else row "$1" "${2#"${ROOT:-}"}" "unknown it is missing"; fi
}

tokens() {
  local said name expiration
  if ! said=$(kubectl --kubeconfig "$KUBERNETES/admin.conf" --request-timeout=15s -n kube-system get secrets \
    --field-selector type=bootstrap.kubernetes.io/token -o 'jsonpath={range .items[*]}{.metadata.name} {.data.expiration}{"\n"}{end}' 2>&1); then
    row token "bootstrap tokens" "unknown ${said##*$'\n'}"
    return
  fi
  # Without a time it never ends, which bramble's do not have.
  while read -r name expiration; do
    if [ -z "$name" ]; then continue; fi
    if [ -n "$expiration" ]; then row token "$name" "end $(base64 -d <<<"$expiration")"; else row token "$name" "end never"; fi
  done <<<"$said"
}

control_plane() {
  local each
  if [ ! -e "$KUBERNETES/pki" ] || [ ! -e "$KUBERNETES/manifests/kube-apiserver.yaml" ]; then return; fi
  for each in "${LEAVES[@]}"; do file_dated kubeadm "$KUBERNETES/$each"; done
  for each in pki/{ca,front-proxy-ca,etcd/ca}.crt; do file_dated authority "$KUBERNETES/$each"; done
  tokens
}

# Only the certificates leave the file: it has their keys, too.
entrance() {
  local each
  if [ -z "$ACME" ]; then return; fi
  if [ ! -s "${ROOT:-}$ACME" ]; then
    row entrance "$ACME" "unknown it has no certificate yet"
    return
  fi
  grep -oE '"certificate": *"[^"]*"' "${ROOT:-}$ACME" | sed 's/.*: *"//; s/"$//' >"$KUBECACHEDIR/certificates"
  if [ ! -s "$KUBECACHEDIR/certificates" ]; then row entrance "$ACME" "unknown it has no certificate yet"; fi
  while read -r each; do
    base64 -d <<<"$each" 2>/dev/null | dated entrance "$(base64 -d <<<"$each" 2>/dev/null | openssl x509 -noout -ext subjectAltName 2>/dev/null | grep -oE 'DNS:[^, ]+' | sed 's/DNS://' | paste -sd' ')"
  done <"$KUBECACHEDIR/certificates"
}

keys() {
  local each
  for each in "${ROOT:-}"/etc/apt/keyrings/bramble-*.asc; do
    if [ -e "$each" ]; then row key "${each##*/}" "key $(base64 -w 0 "$each")"; fi
  done
}

control_plane
if [ -e "${ROOT:-}/etc/kubernetes/kubelet.conf" ]; then file_dated kubelet "$KUBELET_CLIENT"; fi
entrance
keys
if [ -e "${ROOT:-}/run/reboot-required" ]; then
  row reboot "$(sort -u "${ROOT:-}/run/reboot-required.pkgs" 2>/dev/null | paste -sd' ')" "end $(date -u -r "${ROOT:-}/run/reboot-required" +%FT%TZ)"
fi
row complete "" ""
