import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { ask, device, gatewayOf, password, stillClock, tokenOf } from "./gatewayOf.ts";

const valid = { temperature: 21.4, humidity: 48.2 };
const tags = "#sensor:kitchen,room:kitchen,board:d1_mini";
const outside = { "x-forwarded-for": "203.0.113.7" };
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });

describe("a posted reading", () => {
  it("is answered with 204 and sent on in one datagram", async () => {
    const { post, receiver } = await gatewayOf();
    expect(await post(valid)).toMatchObject({ status: 204, body: "" });
    await receiver.received(1);
    expect(receiver.datagrams[0]).toContain(
      `home.temperature:21.4|g|${tags}\nhome.humidity:48.2|g|${tags}\n`,
    );
  });

  it.each<[string, string | object]>([
    ["as ESPHome's lambda writes it", { sensor: "kitchen", ...valid }],
    ["with null, which the lambda makes of NaN", { temperature: 21.4, humidity: null }],
    ["as ESPHome's map writes it, in text", { temperature: "21.400000", humidity: "-0.0" }],
    ["with NaN in text", { temperature: "nan", humidity: "48.2" }],
    ["with what home automation calls a sensor that is away", { temperature: "unavailable", humidity: 48 }],
    ["of 4096 bytes", JSON.stringify(valid).padEnd(4096)],
  ])("is taken %s", async (_, body) => {
    const { post } = await gatewayOf();
    expect((await post(body)).status).toBe(204);
  });

  it.each<[string, string, number, string | object, Record<string, string>]>([
    ["malformed", "is no JSON", 400, "{", {}],
    ["malformed", "is a list", 400, [valid], {}],
    ["malformed", "has another key", 400, { ...valid, pressure: 1013 }, {}],
    ["malformed", "has a value in words", 400, { temperature: "warm" }, {}],
    ["malformed", "has a hexadecimal value", 400, { temperature: "0x10" }, {}],
    ["malformed", "has a value of true", 400, { temperature: true }, {}],
    ["malformed", "has a bare nan and no JSON besides", 400, '{"temperature": nan, }', {}],
    ["nan_in_json", "has a bare nan", 400, '{"temperature": nan}', {}],
    ["no_answer", "is all zeros", 422, { temperature: 0, humidity: 0 }, {}],
    ["not_a_number", "has no value", 422, {}, {}],
    ["not_a_number", "has an infinite value", 422, '{"temperature": 1e999}', {}],
    ["out_of_range", "is too humid", 422, { humidity: 260 }, {}],
    ["wrong_clock", "is of 1970", 422, { ...valid, time: 12 }, {}],
    ["wrong_sensor", "is another sensor's", 403, { ...valid, sensor: "attic" }, {}],
    ["too_large", "has 4097 bytes", 413, JSON.stringify(valid).padEnd(4097), {}],
    ["unsupported_media_type", "is called text", 415, valid, { "content-type": "text/plain" }],
    ["unauthorized", "has no token", 401, valid, { authorization: "" }],
    ["unauthorized", "has no device's token", 401, valid, { authorization: `Bearer ${"x".repeat(40)}` }],
    [
      "unauthorized",
      "has a token cut short",
      401,
      "{",
      { authorization: `Bearer ${tokenOf("kitchen").slice(0, -1)}` },
    ],
    [
      "unauthorized",
      "has its token in another scheme",
      401,
      valid,
      { authorization: `Basic ${tokenOf("kitchen")}` },
    ],
    ["unauthorized", "has the page's password", 401, valid, { authorization: `Bearer ${password}` }],
  ])("is refused as %s if it %s", async (reason, _, status, body, headers) => {
    const { post, gateway, receiver } = await gatewayOf();
    const answer = await post(body, { headers });
    expect([answer.status, answer.error]).toEqual([status, reason]);
    expect(answer.body).not.toContain(tokenOf("kitchen"));
    expect(Object.entries(gateway.counters.refused).filter(([, count]) => count > 0)).toEqual([[reason, 1]]);
    expect(gateway.counters.accepted).toBe(0);
    expect(receiver.datagrams).toEqual([]);
  });

  it.each([
    ['{"temperature": nan}', "nan is not valid JSON: send null; the sensor did not answer"],
    ['{"temperature":21.4,"humidity":NaN}', "NaN is not valid JSON: send null; the sensor did not answer"],
    ['{"temperature":-nan,"humidity":-nan}', "-nan is not valid JSON: send null; the sensor did not answer"],
    ['{"temperature": inf }', "inf is not valid JSON: send null; the sensor did not answer"],
    ['{"temperature": -Infinity}', "-Infinity is not valid JSON: send null; the sensor did not answer"],
    ["", 'the body is empty; send {"temperature": 21.4, "humidity": 48.2}'],
    ['{"temperature": 21,4, "humidity": 48,2}', "21,4 has a decimal comma: send 21.4"],
    ['{"temperature": "21,4"}', 'temperature "21,4" has a decimal comma: send 21.4'],
    [
      '{"temperature": "21.4 °C"}',
      'temperature must be a number such as 21.4, or null if the sensor has no value; not "21.4 °C"',
    ],
    ['{"temperature": 21.4', "the body must be JSON"],
  ])("of %s is told what to send", async (body, fault) => {
    const { post } = await gatewayOf();
    expect(JSON.parse((await post(body)).body)).toMatchObject({ fault });
  });

  it("of a chunked body is cut off at the limit", async () => {
    const { httpPort, gateway } = await gatewayOf();
    const socket = connect(httpPort, "127.0.0.1").setEncoding("utf8");
    socket.on("error", () => undefined);
    const head = `POST /readings HTTP/1.1\r\nHost: s\r\nAuthorization: Bearer ${tokenOf("kitchen")}\r\n`;
    socket.write(`${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`);
    socket.write(`2000\r\n${" ".repeat(0x2000)}\r\n`);
    const [answer] = (await once(socket, "data")) as [string];
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    await once(socket, "close");
    expect(gateway.counters.refused.too_large).toBe(1);
  });

  it("of a device that is to use UDP is refused", async () => {
    const { post } = await gatewayOf({ devices: [device({ transport: "udp" })] });
    expect(await post(valid)).toMatchObject({ status: 403, error: "wrong_transport" });
  });

  it("too soon says when to come again", async () => {
    const { post } = await gatewayOf({ clock: stillClock() });
    await post(valid);
    const again = await post(valid);
    expect([again.status, again.error, again.headers["retry-after"]]).toEqual([429, "too_soon", "2"]);
  });

  it("comes from whom Traefik says", async () => {
    const { post, gateway } = await gatewayOf();
    await post(valid, { headers: { "x-forwarded-for": "10.0.0.1, 192.168.1.50" } });
    expect(gateway.sensors.get("kitchen")?.source).toBe("192.168.1.50");
  });
});

describe("a reading by UDP", () => {
  const attic = device({ sensor: "attic", room: "attic", transport: "udp" });

  it("is sent on", async () => {
    const { datagram, receiver } = await gatewayOf({ devices: [attic] });
    await datagram("attic.temperature:0|g\nattic.temperature:-5.500000|g\nattic.humidity:80.000000|g\n");
    await receiver.received(1);
    expect(receiver.datagrams[0]).toContain(
      "home.temperature:-5.5|g|#sensor:attic,room:attic,board:d1_mini\n",
    );
  });

  it.each([
    ["unknown_device", "cellar.temperature:5.0|g\n"],
    ["wrong_transport", "kitchen.temperature:5.0|g\n"],
    ["malformed", "attic.temperature:5.0|ms\n"],
    ["not_a_number", "attic.temperature:nan|g\nattic.humidity:nan|g\n"],
    ["out_of_range", "attic.humidity:260.000000|g\n"],
    ["too_large", "attic.temperature:5.0|g\n".repeat(80)],
  ] as const)("is counted as %s if refused", async (reason, text) => {
    const { datagram, gateway, receiver } = await gatewayOf({ devices: [attic, device()] });
    await datagram(text);
    expect(gateway.counters.refused[reason]).toBe(1);
    expect(gateway.counters.accepted).toBe(0);
    expect(receiver.datagrams).toEqual([]);
  });

  it("is refused from a network that may not send", async () => {
    const { datagram, gateway } = await gatewayOf({ devices: [attic], networks: ["127.0.0.2/32", "::/0"] });
    await datagram("attic.temperature:5.0|g\n");
    expect(gateway.counters.refused.network_not_allowed).toBe(1);
    await datagram("attic.temperature:5.0|g\n", "127.0.0.2");
    expect(gateway.counters.accepted).toBe(1);
  });
});

describe("what else it answers", () => {
  it("says what it dropped and why", async () => {
    const { post, httpPort } = await gatewayOf();
    await post({ humidity: 260 });
    await post(valid, { headers: { authorization: "" } });
    const health = await ask(httpPort, "/healthz");
    expect(JSON.parse(health.body)).toEqual({
      status: "ok",
      dogstatsd: "accepts datagrams",
      accepted: 0,
      dropped: { superseded: 0 },
      refused: { out_of_range: 1, unauthorized: 1 },
    });
    const { body } = await ask(httpPort, "/metrics");
    expect(body).toContain('\nsensor_gateway_readings_rejected_total{reason="out_of_range"} 1\n');
    expect(body).toContain(
      '\nsensor_gateway_sensor_rejected_total{sensor="kitchen",reason="out_of_range"} 1\n',
    );
    const samples = body
      .trimEnd()
      .split("\n")
      .filter((line) => !line.startsWith("#"));
    for (const sample of samples) expect(sample).toMatch(/^sensor_gateway_[a-z_]+(\{[^}]+\})? [\d.]+$/);
  });

  it("keeps it from whoever comes through the entrance", async () => {
    const { httpPort } = await gatewayOf();
    expect(await ask(httpPort, "/metrics", "", { headers: outside })).toMatchObject({
      status: 404,
      body: "",
    });
    expect((await ask(httpPort, "/healthz", "", { headers: outside })).body).toBe('{"status":"ok"}\n');
  });

  it.each([
    ["none", {}, 401],
    ["a wrong one", basic(`home:${password.slice(1)}`), 401],
    ["a device's token", basic(`home:${tokenOf("kitchen")}`), 401],
    ["the right one", basic(`home:${password}`), 200],
  ])("shows the page through the entrance with a password, here %s", async (_, headers, status) => {
    const { httpPort } = await gatewayOf();
    const answer = await ask(httpPort, "/", "", { headers: { ...outside, ...headers } });
    expect(answer.status).toBe(status);
    expect(answer.body.includes("kitchen")).toBe(status === 200);
    if (status === 401) expect(answer.headers["www-authenticate"]).toContain('Basic realm="sensors"');
  });

  it.each([
    ["GET", "/readings", 405],
    ["POST", "/", 405],
    ["GET", "/none", 404],
    ["GET", "/..%2f", 404],
    ["GET", "/__proto__", 404],
    ["GET", "/constructor", 404],
  ])("%s %s is %i", async (method, path, status) => {
    const { httpPort } = await gatewayOf();
    expect((await ask(httpPort, path, "", { method })).status).toBe(status);
  });
});
