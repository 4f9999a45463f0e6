import { expect, it } from "vitest";
import type { Lab } from "../../../lab/cluster.ts";
import { requestOf } from "../../../lab/home/checks/sensors.ts";
import { file } from "../../settings/files.ts";
import { parse } from "yaml";

const device = { name: "kitchen", room: "kitchen", model: "DHT22", pin: "D4" };

it("a device's request is the one in the file that its owner flashes, with its token", async () => {
  const { config } = parse(file()) as { config: Record<string, unknown> };
  const lab = {
    settings: {
      boards: config["bramble:boards"],
      domain: "home.example.com",
      sensors: { devices: [device] },
    },
    stack: { outputs: () => Promise.resolve({ sensorsTokens: { kitchen: "secret-token" } }) },
  } as unknown as Lab;
  expect(await requestOf(lab, "kitchen", { temperature: 21.25, humidity: 48.5 })).toEqual({
    url: "https://sensors.home.example.com/readings",
    headers: { "Content-Type": "application/json", Authorization: "Bearer secret-token" },
    body: '{"sensor":"kitchen","temperature":21.25,"humidity":48.5}',
  });
});
