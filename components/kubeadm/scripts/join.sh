#!/usr/bin/env bash
# Lets the board join, worker or control plane, with a token that the cluster takes for some minutes only.

kubelet_conf=/etc/kubernetes/kubelet.conf
flags=/var/lib/kubelet/kubeadm-flags.env

# What the cluster knows of this board, from whichever control plane answers.
own_node() {
  kubectl --kubeconfig "$ROOT$kubelet_conf" --server="https://$ENDPOINT" --request-timeout=30s get node "$BOARD"
}

# A try that was cut off after the cluster had let the board in.
is_let_in() {
  [ -e "$BEGUN_MARK" ] && [ -e "$ROOT$kubelet_conf" ] && [ -e "$ROOT/var/lib/kubelet/config.yaml" ] &&
    [ "$ROLE" = worker ] && own_node
}

fingerprint() { openssl x509 -noout -fingerprint -sha256; }

# The authority that a kubelet trusts: the same one is the same cluster.
kubelet_authority() { awk '$1 == "certificate-authority-data:" { print $2 }' "$ROOT$kubelet_conf" | base64 -d | fingerprint; }

# A kubelet.conf that a power cut has emptied says nothing of a cluster.
in_other_cluster() {
  grep -qs 'server: ' "$ROOT$kubelet_conf" &&
    [ "$(kubelet_authority 2>/dev/null)" != "$(base64 -d <<<"$AUTHORITY" | fingerprint)" ]
}

require_cluster() {
  if in_other_cluster; then
    fail "the board is a node of another cluster: $kubelet_conf has a different certificate authority" \
      "remove it from that cluster first; if that cluster no longer exists, on the board: sudo kubeadm reset && sudo rm -rf /etc/kubernetes /var/lib/etcd $DONE_MARK"
  fi
}

# Whether the cluster has forgotten the board, which was marked as dead and has come back. Other answers, or none,
# say nothing.
forgotten() { [[ $(own_node 2>&1 >/dev/null) == *"(NotFound)"* ]]; }

# A kubelet that has just been let in has not made its node yet.
await_node() {
  local look
  for look in {1..100}; do
    if ! forgotten; then return; fi
    if [ "$look" != 100 ]; then sleep 3; fi
  done
}

# tell KUBECONFIG WORD: to the control plane, which admits the board for as long as it hears from it.
tell() {
  kubectl --kubeconfig "$1" --request-timeout=20s -n kube-system patch lease "bramble-join-$BOARD" --type=merge \
    --patch "{\"spec\":{\"holderIdentity\":\"$2\",\"renewTime\":\"$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)\"}}" >/dev/null 2>&1 || true
}

# It holds neither the lock nor the connection.
keep_telling() {
  while kill -0 $$ 2>/dev/null; do
    tell "$1" joining
    sleep 10
  done
} </dev/null >/dev/null 2>&1 9>&-

# join_cluster CONFIGURATION: kubeadm gives etcd 2 s to name its members and asks once (listMembers in
# cmd/kubeadm/app/util/etcd/etcd.go); on a busy board that is too short while the new member starts. Up to there all
# is done, and the phases that are left can be gone through again.
join_cluster() {
  local again
  if quietly kubeadm join --config "$1"; then return; fi
  for again in 1 2 3 4; do
    if [ "$ROLE" = worker ] || ! [ -s "$ROOT$MANIFESTS/etcd.yaml" ]; then return 1; fi
    sleep $((again * 15))
    if quietly kubeadm join --config "$1" --skip-phases=preflight,control-plane-prepare,check-etcd,kubelet-start; then return; fi
  done
  return 1
}

join() {
  local access
  if ! is_let_in >/dev/null 2>&1; then
    begin_afresh
    access=$(printf '%s' "$ADMISSION" | private admission.yaml)
    keep_telling "$access" &
    # shellcheck disable=SC2064 # This very process, whatever is started later.
    trap "kill $! 2>/dev/null || true; rm -rf \"\$WORK\"" EXIT
    writing_manifests join_cluster "$(printf '%s' "$JOIN" | private join.yaml)" || {
      tell "$access" failed
      fail "kubeadm join failed" "see the output above and journalctl -u kubelet -e, then run pulumi up again"
    }
  fi
  mark "$DONE_MARK"
}

# The address by which the cluster knows a worker is an argument of its kubelet; a control plane's never changes.
node_ip() { grep -o -- '--node-ip=[^ "]*' "$ROOT$flags" | cut -d= -f2; }

desired_state() {
  if in_cluster; then
    require_cluster
    require_name
    if verifying; then await_node; fi
    if forgotten && needs_change "the cluster no longer has a node for the board"; then
      # Its etcd may still be a member: somebody has only deleted the node.
      require_majority
      # A node of an older bramble has no such mark yet.
      mark "$BEGUN_MARK"
      rm -f "$DONE_MARK"
    fi
  fi
  if in_cluster; then keep_certificate; fi
  if in_cluster && [ "$ROLE" = controlPlane ]; then as_kubeadm_wrote; fi
  if ! in_cluster && needs_change "the board is not in the cluster"; then join; fi
  if ! in_cluster; then return; fi
  if [ "$ROLE" = worker ] && [ -n "$ADDRESS" ] && [ -n "$(node_ip)" ] && [ "$(node_ip)" != "$ADDRESS" ] &&
    needs_change "the kubelet reports the address $(node_ip)"; then
    sed -E "s/--node-ip=[^ \"]*/--node-ip=$ADDRESS/" "$ROOT$flags" >"$WORK/flags"
    replace "$ROOT$flags" "$WORK/flags"
    quietly systemctl restart kubelet
  fi
  if ! systemctl -q is-active kubelet && needs_change "the kubelet is not running"; then quietly systemctl restart kubelet; fi
  if ! holds 300 kubelet_healthy; then needs_change "the kubelet is not healthy" "see: journalctl -u kubelet -e" || true; fi
  if [ "$ROLE" = controlPlane ] && ! holds 600 api_ready; then
    needs_change "the API server of this board is not ready" "see: journalctl -u kubelet -e; tail /var/log/pods/kube-system_{etcd,kube-apiserver}-*/*/*.log" || true
  fi
}

# What its owner has made of a board that was given up stays.
remove() {
  if in_other_cluster; then
    echo "$PHASE: the board is a node of another cluster and is left unchanged"
    rm -f "$DONE_MARK" "$BEGUN_MARK"
  else
    leave_cluster
  fi
}

phase "$@"
