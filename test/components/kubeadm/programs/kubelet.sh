#!/bin/bash
# Stands in for a kubelet and what it runs. A program is a process with that name and an argument of kubeadm's; it
# has read its certificates when it started. While the kubelet's own certificate has ended it starts nothing.
# usage: kubelet.sh FOLDER for its notes
set -u
mkdir -p "$1"
cd "$1" || exit
while /bin/sleep 0.3; do
  for manifest in etcd kube-apiserver kube-controller-manager kube-scheduler; do
    pid=$(cat "$manifest" 2>/dev/null)
    if [ -e "/etc/kubernetes/manifests/$manifest.yaml" ]; then
      if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then continue; fi
      if ! openssl x509 -noout -checkend 0 -in /var/lib/kubelet/pki/kubelet-client-current.pem >/dev/null 2>&1; then break; fi
      bash -c 'exec -a "$1" /bin/sleep 600' _ "/usr/local/bin/$manifest --file=/etc/kubernetes/" &
      echo $! >"$manifest"
    elif [ -n "$pid" ]; then
      kill "$pid" 2>/dev/null
      rm "$manifest"
    fi
  done
done
