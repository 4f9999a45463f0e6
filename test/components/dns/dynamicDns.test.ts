import { beforeAll, describe, expect, it } from "vitest";
import {
  dynamicDnsWorkload,
  type DynamicDnsWorkloadArgs,
} from "../../../components/dns/dynamicDnsWorkload.ts";
import { inputsOf, type Registered, registeredBy } from "../registered.ts";

const args: DynamicDnsWorkloadArgs = {
  entrance: "entrance.home.example.com",
  ttl: 300,
  proxied: false,
  paused: false,
};

function environment(changes: Partial<DynamicDnsWorkloadArgs> = {}): Record<string, string | undefined> {
  const [updater] = dynamicDnsWorkload({ ...args, ...changes }).pod.containers;
  return Object.fromEntries((updater?.env ?? []).map(({ name, value }) => [name, value]));
}

describe("dynamicDnsWorkload", () => {
  it("keeps the entrance's A record, and leaves them when it stops", () => {
    expect(environment()).toMatchObject({
      DOMAINS: "entrance.home.example.com",
      TTL: "300",
      IP4_PROVIDER: "cloudflare.trace",
      IP6_PROVIDER: "none",
      UPDATE_CRON: "@every 5m",
      UPDATE_ON_START: "true",
      DELETE_ON_STOP: "false",
      PROXIED: "false",
    });
    expect(environment({ proxied: true })).toMatchObject({ PROXIED: "true" });
  });

  it("manages its own records and no others", () => {
    const { RECORD_COMMENT = "", MANAGED_RECORDS_COMMENT_REGEX = "" } = environment();
    const managed = new RegExp(MANAGED_RECORDS_COMMENT_REGEX);
    expect(RECORD_COMMENT).toMatch(managed);
    for (const other of ["", "by hand", `not ${RECORD_COMMENT}`, `${RECORD_COMMENT}?`]) {
      expect(other).not.toMatch(managed);
    }
  });

  it("asks and changes nothing while paused, and runs on", () => {
    expect(dynamicDnsWorkload({ ...args, paused: true }).replicas).toBe(1);
    expect(environment({ paused: true })).toMatchObject({
      UPDATE_ON_START: "false",
      UPDATE_CRON: "@every 87600h",
      // With none for both it would end with an error.
      IP4_PROVIDER: "cloudflare.trace",
    });
  });

  it("is ready by what it reports, and while paused needs no fresh report", () => {
    const probe = (paused: boolean) =>
      dynamicDnsWorkload({ ...args, paused }).pod.containers[1]?.readinessProbe?.exec?.command;
    expect(probe(false)).toEqual(["sh", "/etc/dynamic-dns/ready.sh", "720"]);
    expect(probe(true)?.at(-1)).toBe("0");
    expect(environment().HEALTHCHECKS).toBe("http://127.0.0.1:8081/cgi-bin/heard/ping");
  });
});

describe("DynamicDns", () => {
  let registered: Registered[];
  beforeAll(async () => {
    registered = await registeredBy(async () => {
      const { secret } = await import("@pulumi/pulumi");
      const { DynamicDns } = await import("../../../components/dns/dynamicDns.ts");
      new DynamicDns("dns", { ...args, apiToken: secret("a".repeat(40)) });
      new DynamicDns("other", { ...args, apiToken: secret("b".repeat(40)) });
    });
  });

  it("has its token from a Secret alone, as a file", () => {
    const secret = registered.find(({ name }) => name === "dns-token");
    expect(secret).toMatchObject({ inputs: { stringData: { "api-token": "a".repeat(40) } } });
    expect(secret?.secrets).toContain("stringData");
    const holders = registered.filter(({ type, inputs }) => {
      return type.startsWith("kubernetes:") && JSON.stringify(inputs).includes("a".repeat(40));
    });
    expect(holders.map(({ name }) => name)).toEqual(["dns-token"]);
    expect(environment().CLOUDFLARE_API_TOKEN_FILE).toMatch(/\/api-token$/);
  });

  it("starts anew with another token", () => {
    const annotations = ["dns", "other"].map((name) => {
      const { spec } = inputsOf(registered, "Deployment", `${name}-deployment`) as {
        spec: { template: { metadata: { annotations: Record<string, string> } } };
      };
      return spec.template.metadata.annotations["bramble/config-hash"];
    });
    expect(annotations[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(annotations[1]).not.toBe(annotations[0]);
  });
});
