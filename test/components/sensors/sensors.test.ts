import { isSecret, output } from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { configHash } from "../../../components/workload/podFiles.ts";
import { gatewayBundle } from "../../../components/sensors/bundle.ts";
import type { SensorDevice } from "../../../components/sensors/settings.ts";
import { sensorGatewayWorkload } from "../../../components/sensors/gatewayWorkload.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const device: SensorDevice = {
  name: "kitchen",
  room: "kitchen",
  board: "d1_mini",
  model: "DHT22",
  pin: "D4",
  transport: "http",
  interval: 60,
};
const args = {
  host: "sensors.home.example.com",
  tls: "acme",
  dogstatsdPort: 8125,
  hasLogin: false,
  networks: ["192.168.1.0/24"],
} as const;
let registered: Registered[];
let outputs: { url: string; password: string | undefined; tokens: unknown; areSecret: boolean[] };

beforeAll(async () => {
  registered = await registeredBy(async () => {
    const { SensorGateway } = await import("../../../components/sensors/sensors.ts");
    const attic: SensorDevice = { ...device, name: "attic", transport: "udp" };
    const gateway = new SensorGateway("sensors", { ...args, board: "pi3-3", devices: [device, attic] });
    new SensorGateway("other", { ...args, hasLogin: true, devices: [device] });
    const areSecret = [await isSecret(gateway.password!), await isSecret(gateway.tokens)];
    const { url, password, tokens } = gateway;
    outputs = await new Promise((resolve) => output({ url, password, tokens, areSecret }).apply(resolve));
  });
});

describe("SensorGateway", () => {
  it("tells where it is, and a token for each device that posts", () => {
    expect(outputs).toEqual({
      url: "https://sensors.home.example.com",
      password: "made for sensors-password",
      tokens: { kitchen: "made for sensors-token-kitchen" },
      areSecret: [true, true],
    });
  });

  it("keeps code and devices in a ConfigMap, and what is secret in a Secret alone", () => {
    const { data } = inputsOf(registered, "ConfigMap", "sensors-code") as {
      data: Record<string, string>;
    };
    expect(data["gateway.cjs"]).toBe(gatewayBundle());
    expect(JSON.parse(data["devices.json"]!)).toEqual([
      { sensor: "kitchen", room: "kitchen", board: "d1_mini", model: "DHT22", transport: "http" },
      { sensor: "attic", room: "kitchen", board: "d1_mini", model: "DHT22", transport: "udp" },
    ]);
    const holders = registered.filter(
      ({ type, inputs }) =>
        type.startsWith("kubernetes:") && JSON.stringify(inputs).includes("made for sensors"),
    );
    expect(holders.map(({ name }) => name)).toEqual(["sensors-secret"]);
  });

  it("runs the document, and rolls the pods when code, devices or secrets change", () => {
    const { data } = inputsOf(registered, "ConfigMap", "sensors-code") as {
      data: Record<string, string>;
    };
    const { stringData } = inputsOf(registered, "Secret", "sensors-secret") as {
      stringData: Record<string, string>;
    };
    const { "gateway.cjs": code, "devices.json": devices, ...others } = data;
    expect(others).toEqual({});
    const salt = "made for sensors-hash-salt";
    const hash = configHash(
      salt,
      JSON.stringify([{ "gateway.cjs": code, "devices.json": devices }, stringData]),
    );
    expect(inputsOf(registered, "Deployment", "sensors-deployment")).toMatchObject({
      spec: {
        template: {
          metadata: { annotations: { "bramble/config-hash": hash } },
          spec: sensorGatewayWorkload({ ...args, board: "pi3-3" }).pod,
        },
      },
    });
  });

  it("takes UDP at its board's address and nowhere else, with the senders' own addresses", () => {
    expect(sensorGatewayWorkload({ ...args, board: "pi3-3" }).pod.nodeSelector).toEqual({
      "kubernetes.io/hostname": "pi3-3",
    });
    expect(inputsOf(registered, "Service", "sensors-statsd")).toMatchObject({
      spec: {
        type: "NodePort",
        externalTrafficPolicy: "Local",
        ports: [{ protocol: "UDP", nodePort: 30125, targetPort: "statsd" }],
      },
    });
    expect(registered.some(({ name }) => name === "other-statsd")).toBe(false);
    expect(sensorGatewayWorkload(args).pod).not.toHaveProperty("nodeSelector");
  });

  it("has no password of its own behind the entrance's login", () => {
    const { stringData } = inputsOf(registered, "Secret", "other-secret") as {
      stringData: Record<string, string>;
    };
    expect(JSON.parse(stringData["secrets.json"]!)).toEqual({
      tokens: { kitchen: "made for other-token-kitchen" },
    });
    expect(registered.some(({ name }) => name === "other-password")).toBe(false);
  });

  it("is in a restricted namespace and behind the route of its host", () => {
    expect(inputsOf(registered, "Namespace", "sensors-namespace")).toMatchObject({
      metadata: { name: "sensors", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    expect(inputsOf(registered, "Service", "sensors-service")).toMatchObject({
      spec: {
        selector: { "app.kubernetes.io/name": "sensor-gateway" },
        ports: [{ port: 80, targetPort: "http" }],
      },
    });
    expect(inputsOf(registered, "Route", "sensors-route")).toMatchObject({
      namespace: "sensors",
      host: "sensors.home.example.com",
      service: "sensor-gateway",
      port: 80,
      tls: "acme",
      limit: "passwords",
      authorization: "pass",
      guarded: [{ name: "readings", limit: "requests", authorization: "pass", prefixes: ["/readings"] }],
    });
  });
});
