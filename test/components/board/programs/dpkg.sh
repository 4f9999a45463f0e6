#!/bin/bash
# Stands in for dpkg on a scratch board, whose folder is $ROOT. Every file is a package's but those that `loose` lists.
case $1 in
--print-architecture) echo arm64 ;;
--compare-versions) exec /usr/bin/dpkg "$@" ;;
--audit) cat "$ROOT/dpkg-audit" 2>/dev/null ;;
-S) ! grep -qxsF "$2" "$ROOT/loose" ;;
  esac
