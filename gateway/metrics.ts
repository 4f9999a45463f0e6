import type { Gateway } from "./gateway.ts";
import type { Outbox } from "./outbox.ts";

type Samples = readonly (readonly [labels: string, value: number])[];

/** What the gateway did, in Prometheus' text format, 0.0.4. No name of a sensor or room holds what needs escaping. */
export function renderMetrics({ sensors, counters, strangers, clock }: Gateway, outbox: Outbox): string {
  const toUnix = clock.unix() - clock.now();
  const all = [...sensors.values()];
  const heard = all.flatMap(({ device, last }) => {
    if (last === undefined) return [];
    const milliseconds = Math.round((last.at + toUnix) * 1000);
    return [[`{sensor="${device.sensor}",room="${device.room}"}`, milliseconds / 1000] as const];
  });
  const refused = all.flatMap(({ device, refused }) =>
    [...refused].map(([reason, count]) => [`{sensor="${device.sensor}",reason="${reason}"}`, count] as const),
  );
  const families: readonly (readonly [name: string, help: string, samples: number | Samples])[] = [
    ["readings_accepted_total", "Readings accepted.", counters.accepted],
    ["readings_rejected_total", "Readings rejected.", by("reason", counters.refused)],
    ["sensor_rejected_total", "Readings rejected of a known sensor.", refused],
    ["readings_corrected_total", "Readings accepted with a correction.", by("reason", counters.corrected)],
    [
      "readings_dropped_total",
      "Readings accepted, but lost before they were sent.",
      by("reason", counters.dropped),
    ],
    ["readings_repeated_total", "Readings sent again.", counters.repeated],
    ["datagrams_sent_total", "Datagrams sent to DogStatsD.", counters.datagramsSent],
    ["lines_sent_total", "Lines in these datagrams.", counters.linesSent],
    ["datagram_errors_total", "Datagrams that DogStatsD did not accept.", by("code", counters.sendErrors)],
    ["dogstatsd_reachable", "Whether DogStatsD accepts datagrams.", outbox.reachable ? 1 : 0],
    ["strangers", "Unknown senders.", strangers.list().length],
    ["last_reading_timestamp_seconds", "When a sensor last sent a reading, in Unix time.", heard],
  ];
  const lines = families.flatMap(([name, help, samples]) => {
    const full = `sensor_gateway_${name}`;
    const each: Samples = typeof samples === "number" ? [["", samples]] : samples;
    return [
      `# HELP ${full} ${help}`,
      `# TYPE ${full} ${name.endsWith("_total") ? "counter" : "gauge"}`,
      ...each.map(([labels, value]) => `${full}${labels} ${value}`),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function by(label: string, counts: Readonly<Record<string, number>>): Samples {
  return Object.entries(counts).map(([key, count]) => [`{${label}="${key}"}`, count]);
}
