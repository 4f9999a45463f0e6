#!/bin/bash
# Prints what of a cluster is left on a board.
shopt -s nullglob
for path in /etc/kubernetes/*.conf /etc/kubernetes/pki /etc/kubernetes/manifests/* /etc/cni/net.d/* /var/lib/cni \
  /run/flannel /root/.kube /var/lib/kubelet/config.yaml /var/lib/kubelet/pods/* /var/lib/etcd/member \
  /var/lib/bramble-store/.ssh/authorized_keys /sys/class/net/cni0 /sys/class/net/flannel* /sys/class/net/veth*; do
  if [ -e "$path" ]; then echo "$path"; fi
done
for family in iptables ip6tables; do
  "$family-save" 2>/dev/null | grep -E 'KUBE|CNI|FLANNEL|flannel' | sed "s/^/$family: /"
done
if command -v nft >/dev/null; then nft list tables | grep -iE 'kube|cni|flannel'; fi
ip route | grep -E 'cni0|flannel'
pgrep -a 'kubelet|kube-proxy|flanneld|containerd-shim' | cut -c1-100
grep -E ' /var/lib/kubelet/| /run/netns/' /proc/mounts
exit 0
