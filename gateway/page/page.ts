import type { Gateway } from "../gateway.ts";
import type { Outbox } from "../outbox.ts";
import type { Sensor } from "../sensor.ts";
import { renderChart } from "./chart.ts";
import { agoText, escaped, numberText } from "./markup.ts";
import { style } from "./style.ts";

/** Seconds without a reading after which a sensor counts as silent; the monitor at Datadog has the same. */
const silentAfter = 900;

/** What a sensor's card shows of its last day. */
const charts = [
  { kind: "temperature", title: "Temperature", unit: "°C", leastSpan: 3 },
  { kind: "humidity", title: "Humidity", unit: "%", leastSpan: 10 },
] as const;

/**
 * The page with the latest value and the last day of each sensor. It has no script, loads nothing, and reloads
 * itself each half minute. Times are counted back from now: the gateway knows no time zone.
 */
export function renderPage(gateway: Gateway, outbox: Outbox): string {
  const { sensors, clock } = gateway;
  const now = clock.now();
  const cards = [...sensors.values()].map((sensor) => card(sensor, now)).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sensors</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<meta http-equiv="refresh" content="30"><style>${style}</style></head><body>
<header><h1>Sensors</h1><span class="soft">${summary(gateway, now)}</span></header>
<main>${cards || '<p class="empty">No sensor is set up: add some to the setting sensors.devices.</p>'}</main>
${strangers(gateway, now)}${footer(gateway, outbox)}</body></html>`;
}

function summary({ sensors }: Gateway, now: number): string {
  const silent = [...sensors.values()].filter((sensor) => isSilent(sensor, now)).length;
  const count = sensors.size === 1 ? "1 sensor" : `${sensors.size} sensors`;
  return silent === 0 ? count : `${count}, ${silent} silent`;
}

function isSilent({ last }: Sensor, now: number): boolean {
  return last === undefined || now - last.at > silentAfter;
}

function card(sensor: Sensor, now: number): string {
  const { device, last } = sensor;
  const silent = isSilent(sensor, now);
  const heard = last === undefined ? "no reading yet" : agoText(now - last.at);
  const day = charts.map((chart) =>
    renderChart({ ...chart, points: sensor.histories[chart.kind].points(now) }),
  );
  return `<article><div class="head"><div><h2>${escaped(device.room)}</h2><p class="soft">${device.sensor === device.room ? "" : `${escaped(device.sensor)} · `}${device.model}</p></div>
<p class="soft state${silent ? " silent" : ""}">${silent && last ? `silent, ${heard}` : heard}</p></div>
<div class="values${silent ? " old" : ""}"><p><b>${numberText(last?.temperature)}</b><span>°C</span></p>
<p><b>${numberText(last?.humidity)}</b><span>%</span></p></div>
<dl><div><dt>feels like</dt><dd>${numberText(last?.heatIndex)} °C</dd></div>
<div><dt>dew point</dt><dd>${numberText(last?.dewPoint)} °C</dd></div></dl>
${day.join("")}${refusals(sensor, now)}</article>`;
}

function refusals({ refused, lastRefusal }: Sensor, now: number): string {
  if (lastRefusal === undefined) return "";
  const counts = [...refused].map(([reason, count]) => `${count} ${words(reason)}`).join(", ");
  return `<div class="refused"><p>Rejected: ${counts}</p><p class="soft">${agoText(now - lastRefusal.at)}: ${escaped(lastRefusal.fault)}</p></div>`;
}

function strangers({ strangers }: Gateway, now: number): string {
  const items = strangers
    .list()
    .map(
      ({ who, reason, count, at }) =>
        `<li><b>${escaped(who)}</b><span class="soft">${words(reason)}, ${timesText(count)}, ${agoText(now - at)}</span></li>`,
    );
  if (items.length === 0) return "";
  return `<section><h2>Unknown devices</h2><p class="soft">They send readings that belong to none of the sensors above.</p><ul>${items.join("")}</ul></section>`;
}

function footer({ counters }: Gateway, outbox: Outbox): string {
  const refused = Object.values(counters.refused).reduce((total, count) => total + count, 0);
  const { superseded } = counters.dropped;
  const state = outbox.reachable
    ? "Datadog's agent receives them."
    : "Datadog's agent is down: the last readings will be sent when it is back.";
  return `<footer class="soft">${counters.accepted} readings accepted, ${refused} rejected, ${superseded} lost. ${state}</footer>`;
}

function timesText(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function words(reason: string): string {
  return reason.replaceAll("_", " ");
}
