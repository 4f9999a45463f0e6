#!/bin/sh
# Runs a command on a board with wire and Wi-Fi, whose default route is over Wi-Fi: in a network namespace that has
# these two and no way out.
#
# usage: unshare --net sh wireAndWifi.sh COMMAND...
set -eu
ip link set lo up
for interface in eth0 wlan0; do
  ip link add "$interface" type veth peer name "$interface-far"
  ip link set "$interface" up
  ip link set "$interface-far" up
done
ip address add 192.0.2.11/24 dev eth0
ip address add 198.51.100.11/24 dev wlan0
ip route add default via 198.51.100.1 dev wlan0
exec "$@"
