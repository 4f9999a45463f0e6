#!/usr/bin/env bash
# containerd, held, with the configuration it prints itself, changed where Kubernetes needs it.

config=/etc/containerd/config.toml
# What containerd knows of registries, read at each pull.
registries=/etc/containerd/certs.d
# What systemd removes at each boot, before containerd starts.
forgotten=/etc/tmpfiles.d/bramble-cni.conf

# A filter for `containerd config default`, of version 2 (containerd 1.6, 1.7) and 3 (2.x): one process of each
# pod is managed by systemd as everything else is; kubeadm's sandbox image; Kubernetes' folder for CNI plugins,
# of which Debian's build knows nothing; an image is on the card before it counts as pulled, for after a power cut
# its programs would be empty files that nothing ever pulls again (containerd#5854).
for_kubernetes() {
  awk -v image="$SANDBOX_IMAGE" -v folder=/opt/cni/bin -v registries="$registries" '
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
  if [ -z "$IMAGE_REPOSITORY" ]; then
    absent "$registries/_default/hosts.toml"
  else
    printf '[host."%s"]\ncapabilities = ["pull", "resolve"]\n' "$IMAGE_REPOSITORY" | file "$registries/_default/hosts.toml"
  fi
}

# What containerd makes of the file, where all of it must have arrived.
takes_effect() {
  local dump
  dump=$(containerd --config "$ROOT$config" config dump) || return 1
  grep -q 'SystemdCgroup = true' <<<"$dump" && grep -qF "$SANDBOX_IMAGE" <<<"$dump" && grep -q 'bin_dirs\? = .*/opt/cni/bin' <<<"$dump"
}

recent_enough() { dpkg --compare-versions "$(installed "$CONTAINERD_PACKAGE")" ge "$CONTAINERD_MINIMUM"; }

promises() {
  repair_packages
  if [ -z "$(installed "$CONTAINERD_PACKAGE")" ] && lacking "$CONTAINERD_PACKAGE is not installed"; then
    refresh_packages
    install_packages "$CONTAINERD_PACKAGE"
  fi
  # In a check it may be missing, and then there is nothing more to say.
  if [ -z "$(installed "$CONTAINERD_PACKAGE")" ]; then return; fi
  if ! recent_enough; then
    lacking "$CONTAINERD_PACKAGE is $(installed "$CONTAINERD_PACKAGE"), Kubernetes needs $CONTAINERD_MINIMUM" \
      "leave out cluster.containerd, or name a mirror that has it: cluster.containerdRepository" || true
  fi
  hold "$CONTAINERD_PACKAGE"
  repository
  # Pods' networks end with a boot. What the plugins have noted of them may be empty files after a power cut, and
  # then a pod can neither be ended nor started again (k3s-io/k3s#6185, flannel-io/cni-plugin#33).
  echo 'R! /var/lib/cni' | file "$forgotten"
  containerd config default | for_kubernetes | file "$config"
  if ! takes_effect; then
    lacking "containerd does not take up $config as it should" "see: containerd --config $config config dump" || true
  fi
  if ! systemctl -q is-enabled containerd && lacking "containerd is not enabled"; then quietly systemctl enable containerd; fi
  if { ! systemctl -q is-active containerd || ! started_after containerd "$config"; } &&
    lacking "containerd does not run with this configuration"; then
    quietly systemctl restart containerd
  fi
}

# The package and its configuration stay: other containers may run on it.
undo() {
  quietly apt-mark unhold "$CONTAINERD_PACKAGE"
  absent "$forgotten"
}

phase "$@"
