#!/bin/bash
# Stands in for apt-get on a scratch board, whose folder is $ROOT: what is to be installed is there afterwards.
# A simulation says so instead, with what the file `plan` adds to it.
case $1 in indextargets) exit ;; esac
case " $* " in *" -s "*) cat "$ROOT/plan" 2>/dev/null ;; *) touch "$ROOT/installed" ;; esac
for word; do
  case $word in
    *=*-?)
      name=${word%%=*}
      version=${word#*=}
      version=${version%?}1.1
      ;;
    containerd* | kubernetes-cni | cri-tools | unattended-upgrades)
      name=$word
      version=2.2.1
      ;;
    *) continue ;;
  esac
  case " $* " in
    *" -s remove "*) ;;
    *" -s "*)
      old=$(awk -v name="$name" '$1 == name { print $2 }' "$ROOT/installed" 2>/dev/null)
      echo "Inst $name ${old:+[$old] }($version stable [arm64])"
      ;;
    *)
      sed -i "/^$name /d" "$ROOT/installed"
      echo "$name $version" >>"$ROOT/installed"
      ;;
  esac
done
case " $* " in
  *" -s "*) ;;
  *" remove "*) for name; do sed -i "/^$name /d" "$ROOT/installed"; done ;;
  *kubernetes-cni*)
    mkdir -p "$ROOT/opt/cni/bin"
    for plugin in bridge host-local loopback portmap; do
      install -m 755 /dev/null "$ROOT/opt/cni/bin/$plugin"
    done
    ;;
esac
