import { remote } from "@pulumi/command";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandConnection } from "../../../components/board/connection.ts";
import {
  changeErrors,
  factsOf,
  refuseChange,
  versionError,
} from "../../../components/kubeadm/clusterChange.ts";
import type { ClusterLayout } from "../../../components/kubeadm/clusterLayout.ts";
import { noEngine, TemporaryStack } from "../../temporaryStack.ts";
import { noSshServer, SshServer } from "../board/sshServer.ts";
import { answered } from "../registered.ts";
import { layout } from "./madeCluster.ts";

it.each([
  ["1.36.3", "1.36.3", undefined],
  ["1.36.3", "1.36.4", undefined],
  ["1.36.3", "1.37.0", undefined],
  ["1.9.9", "1.10.0", undefined],
  ["1.36.3", "1.36.2", /older than 1\.36\.3.*can't be downgraded/],
  ["1.37.0", "1.36.9", /older than 1\.37\.0/],
  ["1.36.3", "1.38.0", /skips 1\.37.*newest 1\.37\.x first/],
  ["1.36.3", "2.0.0", /within 1\.x/],
])("from %s to %s: %s", (from, to, fault) => {
  if (fault === undefined) expect(versionError(from, to)).toBeUndefined();
  else expect(versionError(from, to)).toMatch(fault);
});

const errors = (change: Partial<ClusterLayout>) =>
  changeErrors(factsOf(layout), factsOf({ ...layout, ...change }));

it("names what a cluster can't become, all of it at once", () => {
  expect(errors({ version: "1.36.1" })).toEqual([expect.stringMatching(/^version: .*older/)]);
  expect(errors({ podSubnet: "10.0.0.0/16" })).toEqual([
    expect.stringMatching(
      /^podSubnet: is 10.244.0.0\/16 in the cluster and can't be changed to 10.0.0.0\/16/,
    ),
  ]);
  const { length } = errors({ version: "1.38.0", serviceSubnet: "10.1.0.0/16", endpoint: "api.lan:6443" });
  expect(length).toBe(3);
});

it("says how a cluster keeps the address that an older bramble gave it as its endpoint", () => {
  expect(errors({ endpoint: "control-plane.bramble.internal:6443" })).toEqual([
    expect.stringMatching(
      /^controlPlaneEndpoint: is 192.168.1.2:6443 .*Set controlPlaneEndpoint: 192.168.1.2:6443 to keep it/,
    ),
  ]);
});

it("has nothing to say of what it can become", () => {
  expect(errors({})).toEqual([]);
  expect(errors({ version: "1.37.1" })).toEqual([]);
});

describe.skipIf(noEngine !== "" || noSshServer !== "")("in Pulumi's engine", { timeout: 300_000 }, () => {
  let stack: TemporaryStack;
  let server: SshServer;
  beforeAll(async () => {
    stack = await TemporaryStack.create("change");
    server = await SshServer.start({});
  });
  afterAll(async () => {
    stack.remove();
    await server.stop();
  });

  /** A step that answers what a control plane of this layout does, or nothing. */
  const program = (wanted: ClusterLayout, said = answered(JSON.stringify(factsOf(wanted)))) => {
    const hook = refuseChange("change", wanted);
    new remote.Command(
      "cp-control-plane",
      { connection: commandConnection(server.address), create: "cat", stdin: said },
      { hooks: { beforeUpdate: [hook] } },
    );
    return undefined;
  };
  const up = async (...args: Parameters<typeof program>) => (await stack.up(() => program(...args))).errors;
  const preview = async (wanted: ClusterLayout) => (await stack.preview(() => program(wanted))).errors;

  it("is refused at preview and at up, by what the step has answered, until it can be", async () => {
    const later = { ...layout, version: "1.37.1" };
    const impossible = { ...layout, version: "1.38.0", podSubnet: "10.0.0.0/16" };
    expect(await up(impossible, "no cluster yet")).toBe("");
    expect(await up(layout)).toBe("");
    for (const run of [preview, up]) {
      const errors = await run(impossible);
      expect(errors).toMatch(/1.36.3 to 1.38.0 skips 1.37/);
      expect(errors).toMatch(/podSubnet: is 10.244.0.0/);
    }
    expect(await up(later)).toBe("");
    expect(await preview(layout)).toMatch(/1.36.3 is older than 1.37.1/);
  });
});
