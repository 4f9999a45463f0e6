#!/usr/bin/env bash
# The kernel's modules that Kubernetes and the pod network need, from MODULES; in front of the phases that look,
# behind prelude.sh.

# loaded MODULE, also where it is a part of the kernel.
loaded() {
  case $1 in
    overlay) grep -qw overlay "$ROOT/proc/filesystems" ;;
    br_netfilter) [ -e "$ROOT/proc/sys/net/bridge/bridge-nf-call-iptables" ] ;;
    nf_conntrack) [ -e "$ROOT/proc/sys/net/netfilter/nf_conntrack_max" ] ;;
    *) [ -d "$ROOT/sys/module/$1" ] ;;
  esac
}

# on_card MODULE: whether the running kernel's folder has it. Its lists name each by its file.
on_card() { grep -qsE "(^|/)${1//_/[-_]}\.ko" "$ROOT/lib/modules/$(uname -r)"/modules.{dep,builtin}; }

# other_kernels: those on the card that do not run.
other_kernels() {
  { find "$ROOT/lib/modules/" -mindepth 1 -maxdepth 1 -xtype d ! -name "$(uname -r)" -printf '%f\n' 2>/dev/null || true; } | sort | tr '\n' ' '
}

module_obstacles() {
  local module missing='' release
  for module in $MODULES; do
    if ! loaded "$module" && ! on_card "$module"; then missing+="${missing:+ }$module"; fi
  done
  release=$(uname -r)
  if [ -z "$missing" ]; then return; fi
  if [ ! -d "$ROOT/lib/modules/$release" ] && [ -n "$(other_kernels)" ]; then
    obstacle "the card no longer has the modules of the running kernel $release, so $missing can't be loaded: an upgrade has installed $(other_kernels)instead" \
      "reboot the board, then run pulumi up again"
  elif [ "$(os_release ID)" = ubuntu ]; then
    # flannel-io/flannel#1502
    obstacle "the kernel $release lacks ${missing// /, }" \
      "on the board: sudo apt-get install linux-modules-extra-$release, then run pulumi up again"
  else
    # rockchip-linux/kernel#273
    obstacle "the kernel $release lacks ${missing// /, }" \
      "use a kernel that has it: the operating system's own (linux-image-$(dpkg --print-architecture), linux-image-current on Armbian), or one built with CONFIG_OVERLAY_FS, CONFIG_BRIDGE_NETFILTER, CONFIG_NF_CONNTRACK, CONFIG_VXLAN and CONFIG_NFT_QUEUE"
  fi
}
