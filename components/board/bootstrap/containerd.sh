#!/usr/bin/env bash
# containerd, held, with the configuration it prints itself, changed where Kubernetes needs it.

# A filter for `containerd config default`, of version 2 (containerd 1.6, 1.7) and 3 (2.x): one process of each
# pod is managed by systemd as everything else is; kubeadm's sandbox image; Kubernetes' folder for CNI plugins,
# of which Debian's build knows nothing; an image is on the card before it counts as pulled, for after a power cut
# its programs would be empty files that nothing ever pulls again (containerd#5854).
for_kubernetes() {
  awk -v image="$SANDBOX_IMAGE" -v folder=/opt/cni/bin -v registries="$REGISTRIES" '
    function set(value) { sub(/=.*/, "= " value) }
    /^ *\[/ { section = $0; gsub(/^ *\[|\] *$|["\047]/, "", section) }
    section ~ /cri.*\.runtimes\.runc\.options$/ && /^ *SystemdCgroup =/ { set("true") }
    section ~ /grpc\.v1\.cri$/ && /^ *sandbox_image =/ { set("\"" image "\"") }
    section ~ /cri\.v1\.images\.pinned_images$/ && /^ *sandbox =/ { set("\"" image "\"") }
    section ~ /cri.*\.cni$/ && /^ *bin_dir = ["\047]\// { set("\"" folder "\"") }
    section ~ /cri.*\.cni$/ && /^ *bin_dirs =/ { set("[\"" folder "\"]") }
    /^ *image_pull_with_sync_fs =/ { set("true") }
    section ~ /diff-service$/ && /^ *sync_fs =/ { set("true") }
    section ~ /cri.*\.registry$/ && /^ *config_path =/ { set("\"" registries "\"") }
    { print }'
}

# Where every image comes from instead of its own registry, and from that only if it is not there.
repository() {
  if [ -n "$IMAGE_REPOSITORY" ]; then
    printf '%s\n[host."%s"]\ncapabilities = ["pull", "resolve"]\n' "$MARK" "$IMAGE_REPOSITORY" | file "$REGISTRY_HOSTS"
  elif ! owners_hosts; then
    absent "$REGISTRY_HOSTS"
  fi
}

# What containerd makes of the file, where all of it must have arrived.
takes_effect() {
  local dump
  dump=$(containerd --config "$ROOT$CONTAINERD_CONFIG" config dump) || return 1
  grep -q 'SystemdCgroup = true' <<<"$dump" && grep -qF "$SANDBOX_IMAGE" <<<"$dump" && grep -q 'bin_dirs\? = .*/opt/cni/bin' <<<"$dump"
}

configuration() {
  echo "$MARK"
  containerd config default | for_kubernetes
}

# Units that systemd would start again together with containerd, and what runs in them with them: Docker's was one
# of these up to 19.03.
bound_to_containerd() {
  local unit
  for unit in $(systemctl show containerd --property=RequiredBy,BoundBy,ConsistsOf --value); do
    if [ "$unit" != kubelet.service ] && systemctl -q is-active "$unit"; then echo "$unit"; fi
  done
}

restart() {
  local bound
  bound=$(bound_to_containerd | sort -u | paste -sd' ')
  if [ -n "$bound" ]; then
    fail "restarting containerd would also restart $bound and everything in it" "stop it (sudo systemctl stop $bound), run pulumi up again, then start it"
  fi
  quietly systemctl restart containerd
}

desired_state() {
  repair_packages
  if [ -z "$(installed "$CONTAINERD_PACKAGE")" ] && needs_change "$CONTAINERD_PACKAGE is not installed"; then
    refresh_packages
    install_packages "$CONTAINERD_PACKAGE"
  fi
  # In a check it may be missing, and then there is nothing more to say.
  if [ -z "$(installed "$CONTAINERD_PACKAGE")" ]; then return; fi
  if ! dpkg --compare-versions "$(installed "$CONTAINERD_PACKAGE")" ge "$CONTAINERD_MINIMUM"; then
    needs_change "$CONTAINERD_PACKAGE is $(installed "$CONTAINERD_PACKAGE"), Kubernetes needs at least $CONTAINERD_MINIMUM" \
      "omit containerd, or set a mirror that has that version: containerdRepository" || true
  fi
  require_none config_obstacles
  hold "$CONTAINERD_PACKAGE"
  repository
  configuration | file "$CONTAINERD_CONFIG"
  # The network of bramble's pods, cbr0 in flannel's configuration, ends with a boot. What the plugins have noted of
  # it may be empty files after a power cut, and then a pod can neither be ended nor started again
  # (k3s-io/k3s#6185, flannel-io/cni-plugin#33). Other networks are not bramble's.
  printf 'R! %s\n' /var/lib/cni/flannel /var/lib/cni/networks/cbr0 '/var/lib/cni/results/cbr0-*' | file "$FORGOTTEN"
  if ! takes_effect; then
    needs_change "containerd does not apply $CONTAINERD_CONFIG completely" "see: containerd --config $CONTAINERD_CONFIG config dump" || true
  fi
  if ! systemctl -q is-enabled containerd && needs_change "containerd is not enabled"; then quietly systemctl enable containerd; fi
  if { ! systemctl -q is-active containerd || ! started_after containerd "$CONTAINERD_CONFIG"; } &&
    needs_change "containerd is not running with this configuration"; then
    restart
  fi
}

# The package and its configuration stay: other containers may run on it.
remove() {
  release "$CONTAINERD_PACKAGE"
  if [ -n "$IMAGE_REPOSITORY" ] && ! owners_hosts; then absent "$REGISTRY_HOSTS"; fi
  absent "$FORGOTTEN"
}

phase "$@"
