#!/bin/bash
# Stands in for df on a scratch board, whose folder is $ROOT: a 32 GB card that is nearly empty, or what the file
# `df` says of a folder: PATH SIZE FREE INODES FREE, in MiB.
path=${!#}
path=${path#"$ROOT"}
said=$(awk -v path="${path:-/}" '$1 == path { print $2 "M", $3 "M", $4, $5 }' "$ROOT/df" 2>/dev/null)
echo "1M-blocks Avail Inodes IFree"
echo "${said:-29700M 25600M 1900000 1800000}"
