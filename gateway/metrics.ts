import { rejectionStatus, type RejectionReason } from "./rejection.ts";

/**
 * Sensors that one run of the gateway keeps apart; the same sensor in another room is another one. Each is
 * two custom metrics in Datadog and a line here, so a device that makes up names must not add them without
 * end. A restart forgets all of them.
 */
export const maxSensors = 64;

/** What the gateway did since it started. */
export class Metrics {
  readonly #rejected = new Map<RejectionReason, number>();
  readonly #lastReading = new Map<string, { sensor: string; room: string; seconds: number }>();
  #accepted = 0;
  #datagramsSent = 0;
  #datagramErrors = 0;

  /**
   * Notes that a sensor was heard.
   *
   * @param at Unix time in milliseconds
   * @returns false if it would be one of more than {@link maxSensors}; nothing is noted then
   */
  heard({ sensor, room }: { sensor: string; room: string }, at: number): boolean {
    const key = `${sensor}/${room}`;
    if (!this.#lastReading.has(key) && this.#lastReading.size >= maxSensors) return false;
    this.#lastReading.set(key, { sensor, room, seconds: at / 1000 });
    return true;
  }

  accepted(): void {
    this.#accepted += 1;
  }

  rejected(reason: RejectionReason): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
  }

  datagramSent(): void {
    this.#datagramsSent += 1;
  }

  datagramFailed(): void {
    this.#datagramErrors += 1;
  }

  /** All of it in Prometheus' text format, 0.0.4. Names of sensors and rooms hold nothing to escape. */
  render(): string {
    const reasons = Object.keys(rejectionStatus) as RejectionReason[];
    return [
      ...family("readings_accepted_total", "counter", "Readings sent on to DogStatsD.", [
        ["", this.#accepted],
      ]),
      ...family(
        "readings_rejected_total",
        "counter",
        "Readings refused, by reason.",
        reasons.map((reason) => [`{reason="${reason}"}`, this.#rejected.get(reason) ?? 0]),
      ),
      ...family("datagrams_sent_total", "counter", "Datagrams sent to DogStatsD.", [
        ["", this.#datagramsSent],
      ]),
      ...family("datagram_errors_total", "counter", "Datagrams that could not be sent.", [
        ["", this.#datagramErrors],
      ]),
      ...family(
        "last_reading_timestamp_seconds",
        "gauge",
        "When a sensor was last heard, in Unix time.",
        [...this.#lastReading.values()].map(({ sensor, room, seconds }) => [
          `{sensor="${sensor}",room="${room}"}`,
          seconds,
        ]),
      ),
      "",
    ].join("\n");
  }
}

function family(
  name: string,
  type: "counter" | "gauge",
  help: string,
  samples: readonly (readonly [labels: string, value: number])[],
): string[] {
  const full = `sensor_gateway_${name}`;
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} ${type}`,
    ...samples.map(([labels, value]) => `${full}${labels} ${value}`),
  ];
}
