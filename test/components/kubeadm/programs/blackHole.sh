#!/usr/bin/env bash
# Runs a command in a network of its own: 10.0.0.2 and above take every packet and answer none; 10.9.9.9 can't be
# reached.
set -e
ip link set lo up
ip link add hole type veth peer name end
ip address add 10.0.0.1/24 dev hole
ip link set hole up
ip link set end up
for last in {2..30}; do
  ip neighbour add "10.0.0.$last" lladdr 02:00:00:00:00:02 nud permanent dev hole
done
ip route add unreachable 10.9.9.9
exec "$@"
