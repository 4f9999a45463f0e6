import { describe, expect, it } from "vitest";
import { maxSensors, Metrics } from "../../gateway/metrics.ts";
import type { Reading } from "../../gateway/readings.ts";
import { createServer } from "../../gateway/server.ts";

const token = "0123456789abcdef0123456789abcdef";
const valid = { sensor: "bedroom-1", room: "bedroom", temperature: 21.4, humidity: 48.2 };

function gateway(send: (reading: Reading) => Promise<void> = () => Promise.resolve()) {
  const sent: Reading[] = [];
  const log: string[] = [];
  const metrics = new Metrics();
  const dogstatsd = {
    send: async (reading: Reading) => {
      await send(reading);
      sent.push(reading);
    },
  };
  const server = createServer({ token, dogstatsd, metrics, log: (line) => log.push(line) });
  const post = (payload: string | object, headers: Record<string, string> = {}) =>
    server.inject({
      method: "POST",
      url: "/readings",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      payload,
    });
  return { server, sent, log, metrics, post };
}

describe("an accepted reading", () => {
  it("is answered with 204 and sent on", async () => {
    const { post, sent, metrics, log } = gateway();
    const response = await post(valid);
    expect([response.statusCode, response.body]).toEqual([204, ""]);
    expect(sent).toEqual([valid]);
    expect(metrics.render()).toContain("\nsensor_gateway_readings_accepted_total 1\n");
    expect(log).toEqual([]);
  });

  it.each([
    ["no temperature", { temperature: undefined }],
    ["a temperature of null", { temperature: null }],
    ["no humidity", { humidity: undefined }],
    ["a humidity of null", { humidity: null }],
    ["the lowest values", { temperature: -40, humidity: 0 }],
    ["the highest values", { temperature: 80, humidity: 100 }],
    ["a name of 63 characters", { sensor: "s".repeat(63) }],
  ])("may have %s", async (_, change) => {
    expect((await gateway().post({ ...valid, ...change })).statusCode).toBe(204);
  });

  it("may have a body of 4096 bytes", async () => {
    expect((await gateway().post(JSON.stringify(valid).padEnd(4096))).statusCode).toBe(204);
  });
});

describe("a refused reading", () => {
  it.each<[string, string, number, string | object, string[]]>([
    ["malformed", "has no sensor", 400, { ...valid, sensor: undefined }, ["sensor must be a name"]],
    ["malformed", "has no room", 400, { ...valid, room: undefined }, ["room must be a name"]],
    [
      "malformed",
      "has a name that tags would need escaped",
      400,
      { ...valid, sensor: "bed,room|1" },
      ["sensor must be lower-case letters, digits and hyphens, 63 at most"],
    ],
    [
      "malformed",
      "has a name of 64 characters",
      400,
      { ...valid, room: "r".repeat(64) },
      ["room must be lower-case letters, digits and hyphens, 63 at most"],
    ],
    [
      "malformed",
      "has a number as text",
      400,
      { ...valid, temperature: "21.4" },
      ["temperature must be a finite number or null"],
    ],
    [
      "malformed",
      "has a value that is not finite",
      400,
      JSON.stringify(valid).replace("48.2", "1e999"),
      ["humidity must be a finite number or null"],
    ],
    [
      "malformed",
      "has neither value",
      400,
      { ...valid, temperature: null, humidity: undefined },
      ["the reading must have a temperature or a humidity"],
    ],
    [
      "malformed",
      "has an unknown key",
      400,
      { ...valid, pressure: 1013 },
      ["the reading has unknown keys: pressure"],
    ],
    ["malformed", "is a list", 400, [valid], ["the reading must be an object"]],
    [
      "malformed",
      "has several faults",
      400,
      { sensor: "", room: 4, humidity: true },
      [
        "sensor must be lower-case letters, digits and hyphens, 63 at most",
        "room must be a name",
        "humidity must be a finite number or null",
      ],
    ],
    [
      "malformed",
      "is not JSON",
      400,
      JSON.stringify(valid).replace("48.2", "nan"),
      ["Body is not valid JSON but content-type is set to 'application/json'"],
    ],
    [
      "implausible",
      "is too hot for a DHT22",
      422,
      { ...valid, temperature: 80.1 },
      ["temperature must be -40 to 80 °C, not 80.1"],
    ],
    [
      "implausible",
      "is too cold",
      422,
      { ...valid, temperature: -40.1 },
      ["temperature must be -40 to 80 °C, not -40.1"],
    ],
    [
      "implausible",
      "is too humid",
      422,
      { ...valid, humidity: 260 },
      ["humidity must be 0 to 100 %, not 260"],
    ],
    [
      "implausible",
      "is too dry",
      422,
      { ...valid, humidity: -0.1 },
      ["humidity must be 0 to 100 %, not -0.1"],
    ],
    [
      "implausible",
      "is so in both values",
      422,
      { ...valid, temperature: 150, humidity: 101 },
      ["temperature must be -40 to 80 °C, not 150", "humidity must be 0 to 100 %, not 101"],
    ],
    [
      "too_large",
      "has a body over the limit",
      413,
      JSON.stringify(valid).padEnd(4097),
      ["the body must be 4096 bytes at most"],
    ],
  ])("is %s if it %s", async (error, _, status, payload, faults) => {
    const { post, sent, log, metrics } = gateway();
    const response = await post(payload);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toEqual({ error, faults });
    expect(sent).toEqual([]);
    expect(log).toEqual([`refused a reading: ${error} ${JSON.stringify(faults)}`]);
    expect(metrics.render()).toContain(`sensor_gateway_readings_rejected_total{reason="${error}"} 1\n`);
    expect(metrics.render()).not.toContain("last_reading_timestamp_seconds{");
  });

  it.each([
    ["none", ""],
    ["a wrong one of the same length", `Bearer ${token.replace("0", "1")}`],
    ["the beginning of the right one", `Bearer ${token.slice(0, -1)}`],
    ["the right one and more", `Bearer ${token}0`],
    ["an empty one", "Bearer "],
    ["the right one in another scheme", `Basic ${token}`],
  ])("is unauthorized with a token that is %s, however bad its body", async (_, authorization) => {
    const { post, sent, log, metrics } = gateway();
    const response = await post("{", { authorization });
    expect(response.statusCode).toBe(401);
    expect(response.headers["www-authenticate"]).toBe("Bearer");
    expect(response.body).not.toContain(token);
    expect(sent).toEqual([]);
    // Whoever has no token must not fill the log.
    expect(log).toEqual([]);
    expect(metrics.render()).toContain('rejected_total{reason="unauthorized"} 1\n');
    expect(metrics.render()).toContain('rejected_total{reason="malformed"} 0\n');
  });

  it("says which Content-Type it must have", async () => {
    const response = await gateway().post(JSON.stringify(valid), { "content-type": "text/plain" });
    expect(response.statusCode).toBe(415);
    expect(response.json()).toMatchObject({ faults: ["the Content-Type must be application/json"] });
  });

  it("says that it could not be sent on, and is not counted as accepted", async () => {
    const { post, metrics } = gateway(() => Promise.reject(new Error("no route")));
    const response = await post(valid);
    expect(response.statusCode).toBe(502);
    expect(response.json()).toEqual({
      error: "not_sent",
      faults: ["DogStatsD could not be reached: no route"],
    });
    expect(metrics.render()).toContain("readings_accepted_total 0\n");
  });
});

describe("the number of sensors", () => {
  it("is bounded, and those that are known go on", async () => {
    const { post, sent, metrics } = gateway();
    for (let number = 1; number <= maxSensors; number++) {
      expect((await post({ ...valid, sensor: `s-${number}` })).statusCode).toBe(204);
    }
    const oneMore = await post({ ...valid, sensor: "s-1", room: "kitchen" });
    expect(oneMore.statusCode).toBe(409);
    expect(oneMore.json<{ faults: string[] }>().faults[0]).toContain("s-1 in kitchen");
    expect((await post({ ...valid, sensor: "s-1" })).statusCode).toBe(204);
    expect(sent).toHaveLength(maxSensors + 1);
    expect(metrics.render().match(/last_reading_timestamp_seconds\{/g)).toHaveLength(maxSensors);
  });
});

describe("what else it answers", () => {
  it("tells a probe that it is well", async () => {
    expect((await gateway().server.inject("/healthz")).statusCode).toBe(200);
  });

  it("gives its metrics in Prometheus' text format", async () => {
    const { post, server } = gateway();
    const before = Date.now() / 1000;
    await post(valid);
    const { headers, body } = await server.inject("/metrics");
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const [, heard] =
      /^sensor_gateway_last_reading_timestamp_seconds\{sensor="bedroom-1",room="bedroom"\} ([\d.]+)$/m.exec(
        body,
      ) ?? [];
    expect(Number(heard)).toBeGreaterThanOrEqual(before);
    expect(Number(heard)).toBeLessThanOrEqual(Date.now() / 1000);
    const lines = body.trimEnd().split("\n");
    expect(lines.filter((line) => !/^(# (HELP|TYPE) )?sensor_gateway_[a-z_]+(\{.*\})? ./.test(line))).toEqual(
      [],
    );
    expect(body.endsWith("\n")).toBe(true);
  });

  it("keeps them from whoever comes through the entrance", async () => {
    const { statusCode, body } = await gateway().server.inject({
      url: "/metrics",
      headers: { "x-forwarded-for": "203.0.113.7" },
    });
    expect(statusCode).toBe(404);
    expect(body).not.toContain("sensor_gateway");
  });
});
