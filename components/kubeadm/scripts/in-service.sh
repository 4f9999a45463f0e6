#!/usr/bin/env bash
# The board is ready for pods, with the labels and taints of the settings, and back where it was rebooted. Removed, it is
# drained. Runs on another board, a control plane, where there are several.

# What is looked at of the node, each by a name, and where kubectl finds it.
looks=(
  'name={.metadata.name}'
  'version={.status.nodeInfo.kubeletVersion}'
  'conditions={range .status.conditions[?(@.status=="True")]}{.type} {end}'
  'labels={.metadata.labels}'
  'taints={range .spec.taints[*]}{.key}={.value}:{.effect} {end}'
  'host-key={.metadata.annotations.bramble/host-key}'
  # Names of the labels and taints that an earlier run has set.
  'own-labels={.metadata.annotations.bramble/labels}'
  'own-taints={.metadata.annotations.bramble/taints}'
  'drained-for={.metadata.annotations.bramble/drained-for}'
  # The boot from which it was drained to be rebooted, and that by which it runs.
  'reboot-from={.metadata.annotations.bramble/reboot-from}'
  'boot={.status.nodeInfo.bootID}'
)
declare -A seen=()

# All of it at once: each kubectl takes a second of a slow board's processor. Not if there is no such node.
read_node() {
  local look text fields='' values=()
  for look in "${looks[@]}"; do fields+="${look#*=}{\"\\n\"}"; done
  if ! text=$(asked get node "$NODE" --ignore-not-found -o "jsonpath=$fields"); then no_answer "$NODE" || return 1; fi
  mapfile -t values <<<"$text"
  for look in "${!looks[@]}"; do seen[${looks[$look]%%=*}]=${values[$look]-}; done
  # kubectl sets one without a value as key:effect.
  seen[taints]=${seen[taints]//=:/:}
  [ -n "${seen[name]}" ]
}

# DiskPressure, MemoryPressure or PIDPressure: a board that says so is Ready, and takes no pod.
pressures() { tr ' ' '\n' <<<"${seen[conditions]}" | grep Pressure || true; }

# Until the kubelet of another boot has reported, the node still says Ready.
is_back() { [ -z "${seen[reboot-from]}" ] || [ "${seen[boot]}" != "${seen[reboot-from]}" ]; }

is_as_wanted() { [[ " ${seen[conditions]} " == *" Ready "* ]] && [ "${seen[version]}" = "v$VERSION" ] && [ -z "$(pressures)" ]; }

# Without a pod network of bramble's it is not ready yet.
is_in_order() { read_node && is_back && { [ "$AWAITED" = 0 ] || is_as_wanted; }; }

set_labels() {
  local label arguments=()
  for label in ${seen[own-labels]}; do
    case " $LABELS" in *" ${label}="*) ;; *) arguments+=("$label-") ;; esac
  done
  for label in $LABELS; do arguments+=("$label"); done
  if [ ${#arguments[@]} != 0 ]; then steadily kube label node "$NODE" --overwrite "${arguments[@]}"; fi
  steadily kube annotate node "$NODE" --overwrite "bramble/labels=$(names_of "$LABELS")" "bramble/host-key=$HOST_KEY"
}

names_of() {
  local label names=()
  for label in $1; do names+=("${label%%=*}"); done
  echo "${names[*]:-}"
}

has_labels() {
  local label
  [ "${seen[host-key]}" = "$HOST_KEY" ] && [ "${seen[own-labels]}" = "$(names_of "$LABELS")" ] || return 1
  for label in $LABELS; do
    [[ ${seen[labels]} == *"\"${label%%=*}\":\"${label#*=}\""* ]] || return 1
  done
}

# Of each taint key:effect, by which it is known whatever its value.
taint_names() {
  local taint names=()
  for taint in $1; do names+=("${taint%%[=:]*}:${taint##*:}"); done
  echo "${names[*]:-}"
}

has_taints() {
  local taint
  [ "${seen[own-taints]}" = "$(taint_names "$TAINTS")" ] || return 1
  for taint in $TAINTS; do
    case " ${seen[taints]} " in *" $taint "*) ;; *) return 1 ;; esac
  done
}

# Only what an earlier run has set is taken away: Kubernetes and people set taints, too.
set_taints() {
  local taint now wanted arguments=()
  now=" $(taint_names "${seen[taints]}") "
  wanted=" $(taint_names "$TAINTS") "
  for taint in ${seen[own-taints]}; do
    case $wanted in *" $taint "*) continue ;; esac
    case $now in *" $taint "*) arguments+=("$taint-") ;; esac
  done
  for taint in $TAINTS; do arguments+=("$taint"); done
  if [ ${#arguments[@]} != 0 ]; then steadily kube taint node "$NODE" --overwrite "${arguments[@]}"; fi
  steadily kube annotate node "$NODE" --overwrite "bramble/taints=$(taint_names "$TAINTS")"
}

desired_state() {
  # The only control plane may be just starting.
  if applying && [ "$REBOOT" = 1 ] && [ "$NODE" = "$BOARD" ]; then wait_for 900 api_ready || true; fi
  if ! holds 120 read_node; then
    needs_change "$NODE is not in the cluster" "see the error of its step join, then run pulumi up again" || true
    return
  fi
  if ! has_labels && needs_change "its labels differ from the settings"; then set_labels; fi
  # Before it is ready, so that no pod is there first.
  if ! has_taints && needs_change "its taints differ from the settings"; then set_taints; fi
  if ! holds 900 is_in_order; then
    if ! is_back; then
      needs_change "$NODE is not back from its reboot; no other board is rebooted" \
        "see its power, network and card, and what it shows while it starts; once it is up, run pulumi up again. If it is gone for good, set dead: true for it" || true
      return
    fi
    if [ -n "$(pressures)" ]; then
      needs_change "$NODE reports $(pressures | paste -sd ' ') and accepts no pods" \
        "for DiskPressure, free space in /var/lib/containerd and /var/lib/kubelet or use a larger card; the condition clears within 5 minutes" || true
      return
    fi
    needs_change "$NODE is not Ready with kubelet $VERSION" \
      "see: kubectl describe node $NODE; on the board: journalctl -u kubelet -e" || true
    return
  fi
  if [ -n "${seen[drained-for]}" ] && needs_change "$NODE is still cordoned"; then
    steadily kube uncordon "$NODE"
    steadily kube annotate node "$NODE" bramble/drained-for-
  fi
  if [ -n "${seen[reboot-from]}" ] && needs_change "$NODE was rebooted"; then steadily kube annotate node "$NODE" bramble/reboot-from-; fi
}

# A board that does not answer is not drained: once its node is forgotten its pods start elsewhere. It may be a
# minute until the cluster knows that it does not answer. A cluster that does not answer has no other board for its pods.
remove() {
  if ! asked get --raw=/readyz >/dev/null || ! node_exists "$NODE"; then return; fi
  # A removal that is cut off may be taken back.
  note_drain
  steadily kube cordon "$NODE"
  local end=$((SECONDS + 600))
  while node_ready "$NODE"; do
    if drained 60; then return; fi
    if has_lone_pods || [ "$SECONDS" -ge "$end" ]; then cannot_drain; fi
  done
}

phase "$@"
