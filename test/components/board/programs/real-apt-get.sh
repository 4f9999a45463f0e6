#!/bin/bash
# The real apt-get on a scratch board, whose folder is $ROOT: with the board's sources, lists and installed packages.
# What it would install or remove it is only asked.
case " $* " in
  *" -s "* | *"indextargets "* | *" update "*)
    mkdir -p "$ROOT"/var/lib/apt/lists/partial "$ROOT"/var/cache/apt/archives/partial "$ROOT"/etc/apt/{apt.conf.d,preferences.d,sources.list.d}
    # The machine's own configuration plays no part.
    exec env APT_CONFIG=/dev/null /usr/bin/apt-get -o Dir::Etc="$ROOT/etc/apt" -o Dir::State="$ROOT/var/lib/apt" \
      -o Dir::State::status="$ROOT/var/lib/dpkg/status" -o Dir::Cache="$ROOT/var/cache/apt" \
      -o APT::Sandbox::User=root "$@"
    ;;
esac
