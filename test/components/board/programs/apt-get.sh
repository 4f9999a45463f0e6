#!/bin/bash
# Stands in for apt-get on a scratch board, whose folder is $ROOT.
touch "$ROOT/installed"
for word; do
  case $word in
    *=*-?)
      sed -i "/^${word%%=*} /d" "$ROOT/installed"
      echo "${word%%=*} ${word#*=}" | sed 's/.$/1.1/' >>"$ROOT/installed"
      ;;
    containerd* | kubernetes-cni) echo "$word 2.2.1" >>"$ROOT/installed" ;;
  esac
done
case $* in
  *kubernetes-cni*)
    mkdir -p "$ROOT/opt/cni/bin"
    for plugin in bridge host-local loopback portmap; do
      install -m 755 /dev/null "$ROOT/opt/cni/bin/$plugin"
    done
    ;;
esac
