import type { Gateway } from "./gateway.ts";
import { ageLine, readingLines, refusedLine } from "./lines.ts";
import type { Outbox } from "./outbox.ts";

/** Seconds between two reports. DogStatsD hands on what it has every ten. */
const reportEvery = 10;
/** Seconds between two repetitions of the last readings. */
const repeatEvery = 30;
/** Seconds for which a reading is repeated. */
const repeatFor = 120;

/**
 * Tells Datadog of the gateway itself: how long each sensor has been silent, and what was refused. And repeats
 * recent readings, because where a board's firewall still sends the datagrams to an agent that is gone, nobody
 * says that it did not get them. The process need not stay for it.
 */
export function startReports(gateway: Gateway, outbox: Outbox): NodeJS.Timeout {
  const { sensors, counters, clock, started } = gateway;
  const told = new Map<string, number>();
  let repeated = clock.now();

  const tell = (key: string, count: number, line: (news: number) => string): void => {
    const news = count - (told.get(key) ?? 0);
    if (news <= 0) return;
    told.set(key, count);
    outbox.put(`${key} ${count}`, line(news));
  };
  const repeat = (now: number): void => {
    repeated = now;
    for (const [name, sensor] of sensors) {
      if (sensor.last === undefined || now - sensor.last.at > repeatFor) continue;
      counters.repeated += 1;
      outbox.put(name, readingLines(sensor, sensor.last));
    }
  };
  const report = (): void => {
    // Where nobody listens nothing is told: counts will be later, and silences are then others.
    if (!outbox.reachable) return;
    const now = clock.now();
    const total = { ...counters.refused };
    for (const [name, sensor] of sensors) {
      outbox.put(undefined, ageLine(sensor, now - (sensor.last?.at ?? started)));
      for (const [reason, count] of sensor.refused) {
        total[reason] -= count;
        tell(`refused ${name} ${reason}`, count, (news) => refusedLine(sensor, reason, news));
      }
    }
    for (const [reason, count] of Object.entries(total)) {
      tell(`refused - ${reason}`, count, (news) => refusedLine(undefined, reason, news));
    }
    if (now - repeated >= repeatEvery) repeat(now);
  };
  return setInterval(report, reportEvery * 1000).unref();
}
