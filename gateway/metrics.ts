import type { Gateway } from "./gateway.ts";
import type { Outbox } from "./outbox.ts";

type Samples = readonly (readonly [labels: string, value: number])[];

/** What the gateway did, in Prometheus' text format, 0.0.4. No name of a sensor or room holds what needs escaping. */
export function renderMetrics({ sensors, counters, strangers, clock }: Gateway, outbox: Outbox): string {
  const toUnix = clock.unix() - clock.now();
  const heard = [...sensors.values()].flatMap(({ device, last }) =>
    last === undefined
      ? []
      : [[`{sensor="${device.sensor}",room="${device.room}"}`, round(last.at + toUnix)] as const],
  );
  const refused = [...sensors.values()].flatMap((sensor) =>
    [...sensor.refused].map(
      ([reason, count]) => [`{sensor="${sensor.device.sensor}",reason="${reason}"}`, count] as const,
    ),
  );
  const families = [
    counter("readings_accepted_total", "Readings accepted.", counters.accepted),
    counter("readings_rejected_total", "Readings rejected.", labelled("reason", counters.refused())),
    counter("sensor_rejected_total", "Readings rejected of a known sensor.", refused),
    counter(
      "readings_corrected_total",
      "Readings accepted with a correction.",
      labelled("reason", counters.corrected()),
    ),
    counter(
      "readings_dropped_total",
      "Readings accepted, but lost before they were sent.",
      labelled("reason", counters.dropped()),
    ),
    counter("readings_repeated_total", "Readings sent again.", counters.repeated),
    counter("datagrams_sent_total", "Datagrams sent to DogStatsD.", counters.datagramsSent),
    counter("lines_sent_total", "Lines in these datagrams.", counters.linesSent),
    counter(
      "datagram_errors_total",
      "Datagrams that DogStatsD did not accept.",
      labelled("code", counters.sendErrors()),
    ),
    gauge("dogstatsd_reachable", "Whether DogStatsD accepts datagrams.", outbox.reachable ? 1 : 0),
    gauge("strangers", "Unknown senders.", strangers.list().length),
    gauge("last_reading_timestamp_seconds", "When a sensor last sent a reading, in Unix time.", heard),
  ];
  return `${families.flat().join("\n")}\n`;
}

function counter(name: string, help: string, samples: number | Samples): string[] {
  return family(name, "counter", help, samples);
}

function gauge(name: string, help: string, samples: number | Samples): string[] {
  return family(name, "gauge", help, samples);
}

function family(name: string, type: string, help: string, samples: number | Samples): string[] {
  const full = `sensor_gateway_${name}`;
  const all: Samples = typeof samples === "number" ? [["", samples]] : samples;
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} ${type}`,
    ...all.map(([labels, value]) => `${full}${labels} ${value}`),
  ];
}

function labelled(label: string, counts: Readonly<Record<string, number>>): Samples {
  return Object.entries(counts).map(([key, count]) => [`{${label}="${key}"}`, count]);
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
