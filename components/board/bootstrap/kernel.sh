#!/usr/bin/env bash
# Modules, network settings, and a boot configuration that gives the kernel its memory cgroup.

sysctl_file=/etc/sysctl.d/99-z-bramble.conf
modules_file=/etc/modules-load.d/bramble.conf
flag=cgroup_enable=memory
extra=/etc/default/raspi-extra-cmdline
custom=/etc/default/raspi-firmware-custom

settings() {
  printf '%s\n' \
    'net.bridge.bridge-nf-call-ip6tables = 1' \
    'net.bridge.bridge-nf-call-iptables = 1' \
    'net.ipv4.ip_forward = 1'
}

# The third is for kube-proxy, which sets conntrack's size before anything else has loaded it.
modules=(overlay br_netfilter nf_conntrack)

modules_loaded() {
  grep -qw overlay "$ROOT/proc/filesystems" && [ -e "$ROOT/proc/sys/net/bridge/bridge-nf-call-iptables" ] &&
    [ -e "$ROOT/proc/sys/net/netfilter/nf_conntrack_max" ]
}

settings_live() {
  local name value
  while read -r name _ value; do
    [ "$(cat "$ROOT/proc/sys/${name//.//}")" = "$value" ] || return 1
  done < <(settings)
}

# The first of these that is there. In Raspberry Pi OS since bookworm /boot/cmdline.txt only says that the file
# has moved.
cmdline_file() {
  local path
  for path in /boot/firmware/cmdline.txt /boot/cmdline.txt; do
    if [ -e "$ROOT$path" ]; then
      echo "$path"
      return
    fi
  done
}

# A filter for cmdline.txt: the firmware reads its first line only, and passes it on as it is. The Raspberry
# Pi's firmware puts cgroup_disable=memory in front of it; the flag takes that back.
with_flag() {
  sed -E "1 { s/(^| )cgroup_disable=memory( |\r?$)/\1\2/; /(^| )$flag( |\r?$)/! s/ *(\r?)$/ $flag\1/ }"
}

# The same for the file that ends cmdline.txt in Debian's own images.
extra_with_flag() {
  awk -v flag="$flag" '{ print } $0 ~ "(^| )" flag "( |$)" { found = 1 } END { if (!found) print flag }'
}

# A filter for armbianEnv.txt. Armbian passes the flag by itself unless docker_optimizations is off.
env_with_flag() {
  awk -v flag="$flag" '
    /^extraargs=/ { found = 1; if ($0 !~ "[= ]" flag "( |$)") $0 = $0 " " flag }
    { print }
    END { if (!found) print "extraargs=" flag }'
}

desktop() { compgen -G "$ROOT/usr/share/xsessions/*" >/dev/null || compgen -G "$ROOT/usr/share/wayland-sessions/*" >/dev/null; }

# A board without a desktop gets back what the GPU keeps of its RAM (60 MiB of a Raspberry Pi 3), unless its
# owner has set how much.
gpu_memory() {
  local path=$1
  if desktop || with_block <"$ROOT$path" | grep '^gpu_mem' >/dev/null; then
    edited "$path" with_block
  else
    edited "$path" with_block '[all]' 'gpu_mem=16'
  fi
}

# Debian's own images write cmdline.txt and config.txt anew for each kernel, and end them with these files.
firmware_reads() { grep -qs "$1" "$ROOT/etc/kernel/postinst.d/z50-raspi-firmware"; }

# there PATH: whether the file is there; if it may, it is made first.
there() {
  [ -e "$ROOT$1" ] || : | file "$1"
  [ -e "$ROOT$1" ]
}

boot_configuration() {
  local cmdline config
  cmdline=$(cmdline_file)
  config=${cmdline%cmdline.txt}config.txt
  if [ -n "$cmdline" ]; then
    edited "$cmdline" with_flag
    if firmware_reads "$extra" && there "$extra"; then edited "$extra" extra_with_flag; fi
    if [ -e "$ROOT$config" ]; then
      gpu_memory "$config"
      if firmware_reads "$custom" && there "$custom"; then gpu_memory "$custom"; fi
    fi
  elif [ -e "$ROOT/boot/armbianEnv.txt" ]; then
    if ! memory_cgroup || grep -q "$flag" "$ROOT/boot/armbianEnv.txt"; then edited /boot/armbianEnv.txt env_with_flag; fi
  elif ! memory_cgroup; then
    lacking "the kernel has no memory cgroup, and there is neither cmdline.txt nor armbianEnv.txt to ask for it" \
      "take cgroup_disable=memory out of the boot loader's configuration or add $flag to it, and reboot" || true
  fi
}

promises() {
  printf '%s\n' "${modules[@]}" | file "$modules_file"
  if ! modules_loaded && lacking "overlay, br_netfilter or nf_conntrack is not loaded"; then quietly modprobe -a "${modules[@]}"; fi
  settings | file "$sysctl_file"
  if ! settings_live && lacking "the network settings are not in force"; then quietly sysctl -p "$ROOT$sysctl_file"; fi
  boot_configuration
}

# The flag in cmdline.txt stays: it does no harm, and without it the next boot would differ from this one.
undo() {
  absent "$sysctl_file"
  absent "$modules_file"
  local config
  config=$(cmdline_file)
  config=${config%cmdline.txt}config.txt
  local path
  for path in "$config" "$custom"; do
    if [ -e "$ROOT$path" ]; then edited "$path" with_block; fi
  done
}

phase "$@"
