#!/usr/bin/env bash
# kubelet, kubeadm and kubectl in one version, held, and the CNI plugins that pod networks build on.

pinned=(kubelet kubeadm kubectl)
plugins=/opt/cni/bin

# The packages that this phase brings to the version. On a board that has joined, the kubelet waits for the
# cluster's upgrade, which drains the board first; a newer kubeadm may come before.
to_bring() {
  if [ -e "$ROOT/etc/kubernetes/kubelet.conf" ] && ! checking; then echo kubeadm; else echo "${pinned[@]}"; fi
}

plugins_there() {
  local plugin
  for plugin in bridge host-local loopback portmap; do
    if [ ! -x "$ROOT$plugins/$plugin" ]; then return 1; fi
  done
}

desired_state() {
  repair_packages
  local package packages=()
  for package in $(to_bring); do
    if ! has_version "$package" "$KUBERNETES_VERSION"; then packages+=("$package=$KUBERNETES_VERSION-*"); fi
  done
  for package in $EXTRA_PACKAGES; do
    if [ -z "$(installed "$package")" ]; then packages+=("$package"); fi
  done
  if [ ${#packages[@]} != 0 ] && needs_change "missing packages: ${packages[*]} (installed: kubelet $(installed kubelet), kubeadm $(installed kubeadm), kubectl $(installed kubectl))"; then
    refresh_packages
    install_packages "${packages[@]}"
  fi
  hold "${pinned[@]}"
  if ! plugins_there; then
    needs_change "bridge, host-local, loopback or portmap is missing in $plugins" "reinstall the package: sudo apt-get install --reinstall kubernetes-cni" || true
  fi
  if ! systemctl -q is-enabled kubelet && needs_change "the kubelet is not enabled"; then quietly systemctl enable kubelet; fi
}

remove() {
  release "${pinned[@]}"
  remove_ours "${pinned[@]}"
}

phase "$@"
