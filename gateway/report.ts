import type { Gateway } from "./gateway.ts";
import { ageLine, readingLines, refusedLine } from "./lines.ts";
import type { Outbox } from "./outbox.ts";
import type { RefusalReason } from "./refusal.ts";

/** Seconds between two reports. DogStatsD hands on what it has every ten. */
const reportEvery = 10;
/** Seconds between two repetitions of the last readings. */
const repeatEvery = 30;
/** Seconds for which a reading is repeated. */
const repeatFor = 120;

/**
 * Tells Datadog of the gateway itself: how long each sensor has been silent, and what was refused. And repeats
 * recent readings, because where a board's firewall still sends the datagrams to an agent that is gone, nobody
 * says that it did not get them.
 */
export class Report {
  readonly #gateway: Gateway;
  readonly #outbox: Outbox;
  readonly #told = new Map<string, number>();
  #repeated: number;

  constructor(gateway: Gateway, outbox: Outbox) {
    this.#gateway = gateway;
    this.#outbox = outbox;
    this.#repeated = gateway.clock.now();
  }

  /** Reports from now on; the process need not stay for it. */
  start(): NodeJS.Timeout {
    return setInterval(() => {
      this.send();
    }, reportEvery * 1000).unref();
  }

  /** Reports once, unless nobody listens: counts are told later, and silences are then others. */
  send(): void {
    if (!this.#outbox.reachable) return;
    const { sensors, counters, clock, started } = this.#gateway;
    const now = clock.now();
    const total = counters.refused();
    for (const [name, sensor] of sensors) {
      this.#outbox.put(undefined, ageLine(sensor, now - (sensor.last?.at ?? started)));
      for (const [reason, count] of sensor.refused) {
        total[reason] -= count;
        this.#tell(`refused ${name} ${reason}`, count, (news) => refusedLine(sensor, reason, news));
      }
    }
    for (const [reason, count] of Object.entries(total) as [RefusalReason, number][]) {
      this.#tell(`refused - ${reason}`, count, (news) => refusedLine(undefined, reason, news));
    }
    if (now - this.#repeated >= repeatEvery) this.#repeat(now);
  }

  #tell(key: string, count: number, line: (news: number) => string): void {
    const news = count - (this.#told.get(key) ?? 0);
    if (news <= 0) return;
    this.#told.set(key, count);
    this.#outbox.put(`${key} ${count}`, line(news));
  }

  #repeat(now: number): void {
    this.#repeated = now;
    const { sensors, counters } = this.#gateway;
    for (const [name, sensor] of sensors) {
      if (sensor.last === undefined || now - sensor.last.at > repeatFor) continue;
      counters.repeated += 1;
      this.#outbox.put(name, readingLines(sensor, sensor.last));
    }
  }
}
