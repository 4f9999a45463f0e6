#!/bin/sh
# Stands in for Datadog's agent, of which the lab has no image: `agent run` takes DogStatsD where datadog.yaml says, on
# its UDP port and its socket, answers the agent's probes on its port for health, and shows what arrived as metrics at
# http://:9102/metrics. It collects nothing itself, and sends nothing to Datadog.
set -eu

[ "${1:-}" = run ] || {
  echo "agent: this is the lab's stand-in; it can do nothing but: agent run" >&2
  exit 2
}
# Without either the agent would not start.
: "${DD_API_KEY:?}" "${DD_HOSTNAME:?}"

config=/etc/datadog-agent/datadog.yaml
run=/opt/datadog-agent/run
page=9102

setting() {
  sed -n "s/^$1: *//p" "$config" | grep .
}
health_port=$(setting health_port)
port=$(setting dogstatsd_port)
socket=$(setting dogstatsd_socket)

# Its probes fail until the program takes metrics; when the program ends, so does the container.
health=$run/health
rm -rf "$health"
mkdir "$health"
httpd -p "$health_port" -h "$health"
(
  until wget -q -O /dev/null "http://127.0.0.1:$page/-/ready"; do sleep 1; done
  touch "$health/startup" "$health/ready" "$health/live"
) &

# On the board, and there still after a restart.
rm -f "$socket"
exec statsd_exporter --web.listen-address=":$page" --statsd.listen-tcp= --statsd.listen-udp=":$port" \
  --statsd.listen-unixgram="$socket" --statsd.unixsocket-mode=722
