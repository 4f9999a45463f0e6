#!/usr/bin/env bash
# Runs on each board, by a timer and as soon as a package asks for a reboot: says so on the board's own node, in the
# annotation bramble/reboot-due: since when, and the packages. With the kubelet's credentials, with which the API server
# lets a board change its own node and no other (NodeRestriction).
# usage: reboot-due.sh NODE
set -euo pipefail
root=${BRAMBLE_ROOT:-}
export KUBECACHEDIR=$root/var/lib/bramble/kubectl
kubeconfig=$root/etc/kubernetes/kubelet.conf
required=$root/run/reboot-required
# What was said last. A boot forgets it, so that the node is told again.
told=$root/run/bramble-reboot-due
annotation=bramble/reboot-due

# Before the board has joined there is no node.
if [ ! -e "$kubeconfig" ]; then exit; fi

due=''
if [ -e "$required" ]; then
  packages=$(sort -u "$required.pkgs" 2>/dev/null | paste -sd' ' || true)
  due="$(date -u -r "$required" +%FT%TZ)${packages:+ $packages}"
fi
if [ -e "$told" ] && [ "$(cat "$told")" = "$due" ]; then exit; fi
if [ -n "$due" ]; then change=$annotation=$due; else change=$annotation-; fi
kubectl --kubeconfig "$kubeconfig" --request-timeout=30s annotate node "$1" --overwrite "$change" >/dev/null
echo "$due" >"$told"
