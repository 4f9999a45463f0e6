#!/bin/sh
# Builds flanneld and install-conf from flannel's own sources, without two backends that need what is not to be
# had as a Go module (Tencent's SDK) or a C compiler (udp). The lab's boards use vxlan.
#
# usage: flannel.sh FOLDER VERSION, where FOLDER is where the programs go
set -eu
folder=$1
version=$2
sources=$folder/sources
cached=$(cd "$folder" && GOFLAGS=-mod=mod go mod download -json "github.com/flannel-io/flannel@v$version" |
  sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cp -R "$cached" "$sources"
chmod -R u+w "$sources"
cd "$sources"
sed -i '/pkg\/backend\/tencentvpc"$/d; /pkg\/backend\/udp"$/d' main.go
rm -r pkg/backend/tencentvpc pkg/backend/udp
for part in common vpc; do
  go mod edit -droprequire "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/$part"
done
export CGO_ENABLED=0 GO111MODULE=on GOWORK=off GOFLAGS=-mod=mod
go build -trimpath -ldflags "-s -w -X github.com/flannel-io/flannel/pkg/version.Version=v$version" -o "$folder/flanneld" .
go build -trimpath -ldflags "-s -w" -o "$folder/install-conf" ./cmd/install_conf
chmod -R u+w "$sources"
rm -r "$sources"
