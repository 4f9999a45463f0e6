import { runtime } from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { configHash } from "../../../components/configHash.ts";
import { gatewayBundle } from "../../../components/sensors/bundle.ts";
import { sensorGatewayWorkload } from "../../../components/sensors/gatewayWorkload.ts";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const token = "made-up";
const registered: Registered[] = [];
let outputs: { url: string; token: string; tokenIsSecret: boolean };

beforeAll(async () => {
  await runtime.setMocks({
    call: () => ({}),
    newResource: ({ type, name, inputs }) => {
      const plain = Object.entries(inputs as Record<string, unknown>).map(([key, value]) => [
        key,
        runtime.unwrapRpcSecret(value) as unknown,
      ]);
      registered.push({ type, name, inputs: Object.fromEntries(plain) as Record<string, unknown> });
      const made = type === "random:index/randomPassword:RandomPassword" ? { result: token } : {};
      return { id: name, state: { ...inputs, ...made } as Record<string, unknown> };
    },
  });
  const { output, isSecret } = await import("@pulumi/pulumi");
  const { SensorGateway } = await import("../../../components/sensors/sensors.ts");
  const gateway = new SensorGateway("sensors", {
    host: "sensors.home.example.com",
    tls: "acme",
    hasLogin: false,
    dogstatsdPort: 8125,
  });
  const tokenIsSecret = await isSecret(gateway.token);
  outputs = await new Promise((resolve) =>
    output({ url: gateway.url, token: gateway.token, tokenIsSecret }).apply(resolve),
  );
  await runtime.disconnect();
});

function inputsOf(type: string, name: string): Record<string, unknown> {
  const found = registered.find((resource) => resource.type === type && resource.name === name);
  if (found === undefined) throw new Error(`no ${type} named ${name}`);
  return found.inputs;
}

describe("SensorGateway", () => {
  it("tells where readings go and with which token", () => {
    expect(outputs).toEqual({
      url: "https://sensors.home.example.com/readings",
      token,
      tokenIsSecret: true,
    });
  });

  it("keeps the code in a ConfigMap, and the token in a Secret alone", () => {
    const bundle = gatewayBundle();
    expect(inputsOf("kubernetes:core/v1:ConfigMap", "sensors-code")).toMatchObject({
      metadata: { name: "sensor-gateway", namespace: "sensors" },
      data: { "gateway.cjs": bundle },
    });
    const holders = registered.filter(
      ({ type, inputs }) => type.startsWith("kubernetes:") && JSON.stringify(inputs).includes(token),
    );
    expect(holders.map(({ name }) => name)).toEqual(["sensors-secret"]);
  });

  it("runs the document, and rolls the pods when code or token change", () => {
    const hash = configHash(gatewayBundle(), token);
    expect(inputsOf("kubernetes:apps/v1:Deployment", "sensors-deployment")).toMatchObject({
      spec: {
        template: {
          metadata: { annotations: { "bramble/config-hash": hash } },
          spec: sensorGatewayWorkload({ dogstatsdPort: 8125 }).pod,
        },
      },
    });
  });

  it("is in a restricted namespace and behind the route of its host", () => {
    expect(inputsOf("kubernetes:core/v1:Namespace", "sensors-namespace")).toMatchObject({
      metadata: { name: "sensors", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    expect(inputsOf("kubernetes:core/v1:Service", "sensors-service")).toMatchObject({
      spec: {
        selector: { "app.kubernetes.io/name": "sensor-gateway" },
        ports: [{ port: 80, targetPort: "http" }],
      },
    });
    expect(inputsOf("bramble:ingress:Route", "sensors-route")).toEqual({
      namespace: "sensors",
      host: "sensors.home.example.com",
      service: "sensor-gateway",
      port: 80,
      tls: "acme",
      limit: "requests",
      authorization: "drop",
      guarded: [{ name: "readings", limit: "requests", authorization: "pass", prefixes: ["/readings"] }],
    });
  });
});
