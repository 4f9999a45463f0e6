#!/usr/bin/env bash
# Modules, network settings, and a boot configuration that gives the kernel its memory cgroup.

sysctl_file=/etc/sysctl.d/99-z-bramble.conf
modules_file=/etc/modules-load.d/bramble.conf
flag=cgroup_enable=memory
extra=/etc/default/raspi-extra-cmdline
custom=/etc/default/raspi-firmware-custom
# What was taken out of the command line, for when the board leaves.
taken=$STATE/cmdline-taken

# With these systemd uses cgroup v1, which the kubelet refuses; from systemd 256 on it wants the third beside one.
version_1='systemd\.unified_cgroup_hierarchy=(0|no|n|false|f|off)|systemd\.legacy_systemd_cgroup_controller(=(1|yes|y|true|t|on))?|SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'
in_the_way="cgroup_disable=memory|$version_1"

settings() {
  printf '%s\n' \
    'net.bridge.bridge-nf-call-ip6tables = 1' \
    'net.bridge.bridge-nf-call-iptables = 1' \
    'net.ipv4.ip_forward = 1'
}

not_loaded() {
  local module
  for module in $MODULES; do
    if ! loaded "$module"; then printf '%s ' "$module"; fi
  done
}

settings_live() {
  local name value
  while read -r name _ value; do
    [ "$(cat "$ROOT/proc/sys/${name//.//}" 2>/dev/null)" = "$value" ] || return 1
  done < <(settings)
}

# words_out WHERE WORDS: the sed script that takes words out of the line. They stand between spaces, or behind a `=`.
words_out() { printf '%s { s/(\\r?)$/ \\1/; :again; s/(^|[ =])(%s) /\\1/; t again; s/ +(\\r?)$/\\1/; }' "$1" "$2"; }

# A filter for cmdline.txt: the firmware reads its first line only, and passes it on as it is. The Raspberry
# Pi's firmware puts cgroup_disable=memory in front of it; the flag takes that back.
with_flag() {
  sed -E "1 { /(^| )($in_the_way)( |\r?$)/ ! { /(^| )$flag( |\r?$)/ n; }; }; $(words_out 1 "$in_the_way"); 1 { /(^| )$flag( |\r?$)/! s/(\r?)$/ $flag\1/; }"
}
without_flag() { sed -E "$(words_out 1 "$in_the_way|$flag")"; }

# The same for the file that ends cmdline.txt in Debian's own images.
with_extra_flag() {
  awk -v flag="$flag" '{ print } $0 ~ "(^| )" flag "( |$)" { found = 1 } END { if (!found) print flag }'
}
without_extra_flag() { awk -v flag="$flag" '$0 != flag'; }

# A filter for armbianEnv.txt. Armbian passes the flag by itself unless docker_optimizations is off.
with_env_flag() {
  sed -E "$(words_out '/^extraargs=/' "$in_the_way")" | awk -v flag="$flag" '
    /^extraargs=/ { found = 1; if ($0 !~ "[= ]" flag "( |$)") $0 = $0 ($0 ~ /=$/ ? "" : " ") flag }
    { print }
    END { if (!found) print "extraargs=" flag }'
}
without_env_flag() { sed -E "$(words_out '/^extraargs=/' "$in_the_way|$flag"); /^extraargs=$/ d"; }

# What of cgroup v1 the owner asked for, put back.
with_version_1() { sed -E "1 { /(^| )($version_1)( |\r?$)/! s/ *(\r?)$/ $(paste -sd' ' "$taken" | sed 's/[&/\]/\\&/g')\1/; }"; }
without_version_1() { sed -E "$(words_out 1 "$version_1")"; }
with_env_version_1() { sed -E "/^extraargs=/ { /[= ]($version_1)( |$)/! s/ *$/ $(paste -sd' ' "$taken" | sed 's/[&/\]/\\&/g')/; }"; }
without_env_version_1() { sed -E "$(words_out '/^extraargs=/' "$version_1")"; }

# note_taken PATH: for remove, before the line is changed.
note_taken() {
  local words
  if ! applying || [ -s "$taken" ]; then return; fi
  words=$(sed 's/^extraargs=//' "$ROOT$1" | tr ' ' '\n' | tr -d '\r' | grep -xE "$version_1") || return 0
  # shellcheck disable=SC2086
  note "$taken" $words
}

desktop() { compgen -G "$ROOT/usr/share/xsessions/*" >/dev/null || compgen -G "$ROOT/usr/share/wayland-sessions/*" >/dev/null; }

# A board without a desktop gets back what the GPU keeps of its RAM (60 MiB of a Raspberry Pi 3), where its firmware
# can do with less and nobody has asked it for more.
gpu_memory() {
  local path=$1 folder=$2
  if desktop || ! has_cut_down_firmware "$folder" || [ -n "$(wants_full_firmware "$folder")" ]; then
    edited "$path" without_block
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
  local folder line
  folder=$(firmware_folder)
  if [ -n "$folder" ]; then
    while read -r line; do
      note_taken "$line"
      edited "$line" with_flag
    done < <(command_lines)
    if firmware_reads "$extra" && there "$extra"; then edited "$extra" with_extra_flag; fi
    if [ -e "$ROOT$folder/config.txt" ]; then
      gpu_memory "$folder/config.txt" "$folder"
      if firmware_reads "$custom" && there "$custom"; then gpu_memory "$custom" "$folder"; fi
    fi
  elif [ -e "$ROOT$ARMBIAN_ENV" ]; then
    if ! memory_cgroup || grep -q "$flag" "$ROOT$ARMBIAN_ENV"; then
      note_taken "$ARMBIAN_ENV"
      edited "$ARMBIAN_ENV" with_env_flag
    fi
  elif cgroup_version_1; then
    needs_change "systemd uses cgroup v1, and there is no cmdline.txt or armbianEnv.txt in which to change that" \
      "remove systemd.unified_cgroup_hierarchy=0 and systemd.legacy_systemd_cgroup_controller from the boot loader's configuration (GRUB: /etc/default/grub, then update-grub) and reboot" || true
  elif ! memory_cgroup; then
    needs_change "the kernel has no memory cgroup, and there is no cmdline.txt or armbianEnv.txt in which to enable it" \
      "remove cgroup_disable=memory from the boot loader's configuration or add $flag to it, and reboot" || true
  fi
}

desired_state() {
  require_none module_obstacles boot_obstacles
  # shellcheck disable=SC2086
  printf '%s\n' $MODULES | file "$modules_file"
  if [ -n "$(not_loaded)" ] && needs_change "kernel modules not loaded: $(not_loaded)"; then
    # shellcheck disable=SC2086
    quietly modprobe -a $MODULES ||
      fail "the kernel $(uname -r) does not load $(not_loaded)" \
        "check dmesg; remove any line with the module's name from /etc/modprobe.d (blacklist, install … /bin/false)"
  fi
  settings | file "$sysctl_file"
  if ! settings_live && needs_change "the network settings (sysctl) are not applied"; then
    quietly sysctl -p "$ROOT$sysctl_file" || fail "the kernel rejects $sysctl_file" "see the output above, and check /etc/sysctl.d for other files that set the same"
  fi
  boot_configuration
}

# The flag stays: it does no harm, and without it the next boot would differ from this one.
remove() {
  local folder path
  absent "$sysctl_file"
  absent "$modules_file"
  folder=$(firmware_folder)
  for path in "$folder/config.txt" "$custom"; do
    if [ -e "$ROOT$path" ]; then edited "$path" without_block; fi
  done
  if [ -s "$taken" ]; then
    while read -r path; do edited "$path" with_version_1; done < <(command_lines)
    if [ -z "$folder" ] && [ -e "$ROOT$ARMBIAN_ENV" ]; then edited "$ARMBIAN_ENV" with_env_version_1; fi
    rm -f "$taken"
  fi
}

phase "$@"
