#!/usr/bin/env bash
# Which files a Raspberry Pi's firmware reads at boot: config.txt, and through it the kernel's command line. In
# front of the phases that look, behind prelude.sh.

# Armbian's boot loader takes the kernel's command line from here.
ARMBIAN_ENV=/boot/armbianEnv.txt

# The boot partition's folder. Since bookworm /boot of Raspberry Pi OS only holds notes that the files have moved.
firmware_folder() {
  local folder
  for folder in /boot/firmware /boot; do
    if [ -e "$ROOT$folder/config.txt" ] || [ -e "$ROOT$folder/cmdline.txt" ]; then
      echo "$folder"
      return
    fi
  done
}

# The sections of config.txt that are for this model; nothing if it is not known.
# https://www.raspberrypi.com/documentation/computers/config_txt.html#model-filters
model_sections() {
  case $({ tr -d '\0' <"$ROOT/proc/device-tree/model"; } 2>/dev/null || true) in
    *"Compute Module 5"*) echo pi5 cm5 ;;
    *"Pi 500"*) echo pi5 pi500 ;;
    *"Pi 5"*) echo pi5 ;;
    *"Compute Module 4S"*) echo pi4 cm4s ;;
    *"Compute Module 4"*) echo pi4 cm4 ;;
    *"Pi 400"*) echo pi4 pi400 ;;
    *"Pi 4"*) echo pi4 ;;
    *"Pi 3 Model "?" Plus"*) echo pi3 pi3+ ;;
    *"Pi 3"* | *"Compute Module 3"*) echo pi3 ;;
    *"Pi 2"*) echo pi2 ;;
    *"Zero 2"*) echo pi0 pi0w pi02 ;;
  esac
}

# What config.txt and the files that it includes say, a line `WHETHER KEY VALUE` for each setting but bramble's:
# yes; try for a boot that tries another kernel; maybe where a section depends on what only the firmware knows.
firmware_settings() {
  awk -v folder="$ROOT$1" -v sections="$(model_sections)" '
    function section(name) {
      if (name == "all") none = model = other = attempt = 0
      else if (name == "none") none = 1
      else if (name == "tryboot") attempt = 1
      else if (name ~ /^(pi|cm)[0-9]/) model = !known ? "maybe" : (name in mine) ? 0 : "no"
      else other = 1
    }
    function whether() {
      return none || model == "no" ? "no" : other || model ? "maybe" : attempt ? "try" : "yes"
    }
    function parse(path, depth,   line, i) {
      while (depth < 5 && (getline line < path) > 0) {
        gsub(/^[ \t]+|[ \t\r]+$/, "", line)
        if (line == "# bramble: begin") ours = 1
        if (!ours && line ~ /^\[.*\]$/) section(substr(line, 2, length(line) - 2))
        else if (!ours && sub(/^include[ \t]+/, "", line)) parse(folder "/" line, depth + 1)
        else if (!ours && line !~ /^#/ && (i = index(line, "=")) && whether() != "no")
          print whether(), substr(line, 1, i - 1), substr(line, i + 1)
        if (line == "# bramble: end") ours = 0
      }
      close(path)
    }
    BEGIN {
      known = split(sections, names, " ")
      for (i in names) mine[names[i]]
      parse(folder "/config.txt", 0)
    }'
}

# in_folder FOLDER PREFIX NAME: the file that the firmware takes, of those that are there. It drops a prefix where it
# finds no kernel, and an absolute name is the boot partition's.
in_folder() {
  local name
  for name in "$2$3" "$3"; do
    case $3 in /*) name=${3#/} ;; esac
    if [ -e "$ROOT$1/$name" ]; then
      echo "$1/$name"
      return
    fi
  done
}

# The files whose first line becomes the kernel's command line: one, and where a kernel is tried before it is used
# (Ubuntu from 25.10 on, raspberrypi/firmware#2007) that one's too.
command_lines() {
  local folder whether key value prefix='' name=cmdline.txt try_prefix='' try_name=''
  folder=$(firmware_folder)
  if [ -z "$folder" ]; then return; fi
  while read -r whether key value; do
    case $whether/$key in
      yes/os_prefix) prefix=$value ;;
      yes/cmdline) name=$value ;;
      try/os_prefix) try_prefix=$value ;;
      try/cmdline) try_name=$value ;;
    esac
  done < <(firmware_settings "$folder")
  {
    in_folder "$folder" "$prefix" "$name"
    if [ -n "$try_prefix$try_name" ]; then in_folder "$folder" "${try_prefix:-$prefix}" "${try_name:-$name}"; fi
  } | awk '!seen[$0]++'
}

# Whether fstab has a boot partition that is not mounted: what is written to its folder then is never read.
unmounted() { awk -v at="$1" '!/^#/ && $2 == at { found = 1 } END { exit !found }' "$ROOT/etc/fstab" 2>/dev/null && ! awk -v at="$1" '$2 == at { found = 1 } END { exit !found }' "$ROOT/proc/mounts"; }

# What keeps bramble from changing what the firmware reads.
boot_obstacles() {
  local folder whether key value path line source at type options
  while read -r source at type options _; do
    case $at in / | /boot | /boot/firmware) ;; *) continue ;; esac
    if [[ ,$options, == *,ro,* ]] && { [ "$at" = / ] || cgroup_version_1 || ! memory_cgroup; }; then
      obstacle "$at is mounted read-only ($type on $source)" "$(make_writable "$at" "$source" "$type")"
    fi
  done <"$ROOT/proc/mounts"
  for folder in /boot/firmware /boot; do
    if unmounted "$folder"; then
      obstacle "$folder is in /etc/fstab but not mounted, so the boot configuration can't be changed" \
        "mount it: sudo mount $folder (see dmesg if that fails)"
      return
    fi
  done
  folder=$(firmware_folder)
  if [ -z "$folder" ]; then
    if [ -e "$ROOT$ARMBIAN_ENV" ] && { damaged "$ARMBIAN_ENV" || ! grep -q = "$ROOT$ARMBIAN_ENV" || grep -qvE '^(#.*|[A-Za-z0-9_.-]+=.*|[[:space:]]*)$' "$ROOT$ARMBIAN_ENV"; }; then
      obstacle "$ARMBIAN_ENV is damaged: it is empty or has lines other than NAME=value" \
        "restore it before the next reboot, from the image or another board, with this board's rootdev (lsblk -o NAME,UUID,MOUNTPOINT)"
    fi
    return
  fi
  if damaged "$folder/config.txt"; then
    obstacle "$folder/config.txt was damaged by a power cut: it contains NUL or 0xff bytes" "restore it before the next reboot, from the image or another board"
  fi
  while read -r whether key value; do
    case $whether/$key in
      maybe/cmdline | maybe/os_prefix)
        obstacle "$folder/config.txt sets $key=$value in a section that bramble can't evaluate; only the firmware can" \
          "move $key=$value below [all], or remove it"
        ;;
    esac
  done < <(firmware_settings "$folder")
  if [ -z "$(command_lines)" ]; then
    obstacle "$folder has config.txt, but not the kernel command line file that it names" \
      "create it from the running kernel's command line ($(cat "$ROOT/proc/cmdline")) without what the firmware prepends, or correct cmdline and os_prefix in config.txt"
  fi
  while read -r path; do
    line=$(head -n 1 "$ROOT$path" | tr -d '\0\r')
    if damaged "$path" || [ -z "${line// /}" ]; then
      obstacle "$path was damaged by a power cut: it is empty or contains NUL or 0xff bytes, so the board would not boot again" \
        "restore it as one line, from the image or from the running kernel's command line: $(cat "$ROOT/proc/cmdline")"
    elif [[ $line == *"DO NOT EDIT THIS FILE"* ]]; then
      obstacle "$path only says that the file has moved, but there is none at the new path" \
        "mount the boot partition at /boot/firmware and add it to /etc/fstab"
    fi
  done < <(command_lines)
}

# wants_full_firmware FOLDER: what asks for more than the cut-down firmware that gpu_mem=16 selects, or nothing.
# With start_x=1 and gpu_mem=16 together, or without the cut-down files, a board does not start
# (raspberrypi/linux#503, pftf/RPi4#58); the cut-down firmware knows no cameras and codecs.
wants_full_firmware() {
  local whether key value
  while read -r whether key value; do
    case $key in
      gpu_mem* | start_file | fixup_file) echo "$key=$value" ;;
      start_x | start_debug) if [ "$value" != 0 ]; then echo "$key=$value"; fi ;;
    esac
  done < <(firmware_settings "$1")
  # The firmware's own driver for a camera that is connected; camera_auto_detect=1 is in every image.
  if grep -qs unicam "$ROOT"/sys/class/video4linux/*/name; then echo "a camera"; fi
}

# has_cut_down_firmware FOLDER: the files of it, for this model. The Raspberry Pi 5 has none and ignores gpu_mem.
has_cut_down_firmware() {
  case $(model_sections) in
    "" | pi5*) return 1 ;;
    pi4*) [ -s "$ROOT$1/start4cd.elf" ] && [ -s "$ROOT$1/fixup4cd.dat" ] ;;
    *) [ -s "$ROOT$1/start_cd.elf" ] && [ -s "$ROOT$1/fixup_cd.dat" ] ;;
  esac
}
