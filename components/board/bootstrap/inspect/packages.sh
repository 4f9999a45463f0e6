#!/usr/bin/env bash
# Packages and files of the owner's that bramble's packages would remove, replace or come to stand behind.

# What cannot be installed beside the containerd that the settings want: Conflicts of the package containerd.io.
rivals() { if [ "$CONTAINERD_PACKAGE" = containerd.io ]; then echo "containerd runc"; else echo containerd.io; fi; }

inspect_rivals() {
  local package lost there=() other=containerd version
  for package in $(rivals); do
    if [ -n "$(installed "$package")" ] && ! ours "$package"; then there+=("$package"); fi
  done
  if [ ${#there[@]} = 0 ]; then return; fi
  if [ "$CONTAINERD_PACKAGE" = containerd ]; then other="containerd.io (its default)"; fi
  # As apt knows what depends on them.
  simulate -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= remove "${there[@]}"
  lost=$(awk '$1 == "Remv" { print $2 }' "$WORK/plan" | cat - <(printf '%s\n' "${there[@]}") | sort -u | paste -sd' ')
  version=$(installed "${other%% *}")
  obstacle "installing $CONTAINERD_PACKAGE would remove packages that bramble did not install: $lost" \
    "if nothing needs them: sudo apt-get remove $lost; otherwise $([ -z "$version" ] || ! dpkg --compare-versions "$version" ge "$CONTAINERD_MINIMUM" || echo "set containerd to $other, or ")remove the board from the settings"
}

# A version that the owner holds and bramble would have to change.
inspect_holds() {
  local package changing=()
  for package in kubelet kubeadm kubectl; do
    if [ -z "$(installed "$package")" ] || has_version "$package" "$KUBERNETES_VERSION"; then continue; fi
    if held "$package" && ! held_by_us "$package"; then changing+=("$package"); fi
  done
  if [ ${#changing[@]} != 0 ]; then
    obstacle "apt holds ${changing[*]} at $(installed "${changing[0]}"), but Kubernetes is to have $KUBERNETES_VERSION" \
      "let bramble change them: sudo apt-mark unhold ${changing[*]}; or set the version of Kubernetes to the held one"
  fi
}

# Programs and units put here by hand: packages would overwrite them, or they would run in place of the packages'.
inspect_loose_files() {
  local file loose=()
  for file in /usr/bin/{kubelet,kubeadm,kubectl,crictl,containerd,ctr,runc} /opt/cni/bin/{bridge,host-local,loopback,portmap} \
    /usr/local/{bin,sbin}/{kubelet,kubeadm,containerd,runc} {/etc,/usr/local/lib}/systemd/system/containerd.service; do
    if [ -f "$ROOT$file" ] && ! dpkg -S "$file" >/dev/null 2>&1; then loose+=("$file"); fi
  done
  if [ ${#loose[@]} != 0 ]; then
    obstacle "installed without a package: ${loose[*]}; bramble's packages would overwrite these files or be shadowed by them" \
      "if nothing needs them any more, move them away (sudo mv FILE FILE.mine); otherwise remove the board from the settings"
  fi
}

# containerd connects pods to the first network by file name, and flannel's comes late.
inspect_networks() {
  local file others=()
  for file in "$ROOT"/etc/cni/net.d/*.{conf,conflist,json}; do
    case $file in */10-flannel.conflist | *\**) ;; *) others+=("${file#"$ROOT"}") ;; esac
  done
  if [ ${#others[@]} != 0 ]; then
    obstacle "containerd would use ${others[*]} as the pod network" "if nothing needs them any more: sudo mv FILE FILE.mine; otherwise remove the board from the settings"
  fi
}

package_obstacles() {
  inspect_rivals
  inspect_holds
  if set_up; then return; fi
  inspect_loose_files
  inspect_networks
}
