import { expect, it } from "vitest";
import { kubernetesVersion } from "../../tools/catalogue.ts";
import { settingsOf } from "../../settings/settings.ts";
import { warningsOf } from "../../settings/warnings.ts";
import { hostKeyOf } from "./files.ts";
import { board, type Config, section, settings } from "./smallCluster.ts";

/** The warnings of a small cluster with so many control planes, some of which are dead. */
function warnings(controlPlanes: number, dead = 0): string[] {
  const config = settings((all) => {
    const boards = all["bramble:boards"] as Config[];
    for (let i = 1; i < controlPlanes; i++) {
      boards.push({
        name: `more-${i}`,
        model: "rpi-4b-2gb",
        role: "controlPlane",
        host: `192.168.1.${20 + i}`,
        dead: i <= dead,
      });
    }
  });
  return warningsOf(settingsOf("home", config, () => true)).map(({ path, message }) => `${path}: ${message}`);
}

it.each([1, 3, 5])("says nothing of %i control planes", (count) => {
  expect(warnings(count)).toEqual([]);
});

it("says of an even number that it bears no more than one less, and refuses none", () => {
  expect(warnings(2)).toEqual([
    "bramble:boards: 2 boards have the role controlPlane: etcd loses its quorum when one of them fails, no better than with 1. " +
      "Acceptable on the way to 1 or 3.",
  ]);
  expect(warnings(4)).toEqual([
    expect.stringMatching(
      /4 boards .* when 2 of them fail, no better than with 3\. Acceptable on the way to 3 or 5\./,
    ),
  ]);
});

it("counts no dead board", () => {
  expect(warnings(2, 1)).toEqual([]);
  expect(warnings(3, 1)).toEqual([expect.stringContaining("2 boards that are not dead have the role")]);
});

/** The warnings of the small cluster, changed. */
function warningsAfter(change: (config: Config) => void): string[] {
  const parsed = settingsOf("home", settings(change), () => true);
  return warningsOf(parsed).map(({ path, message }) => `${path}: ${message}`);
}

it("says of an address that ends in 0 or 255 where it is right", () => {
  const at = (host: string) => warningsAfter((config) => (board(config, 1).host = host));
  expect(at("192.168.1.0")).toEqual([
    'bramble:boards[1].host: "192.168.1.0" is the network\'s own address if the network is a /24, as in most homes. Acceptable in a larger one.',
  ]);
  expect(at("192.168.1.255")).toEqual([expect.stringContaining("is the broadcast address if")]);
  for (const host of ["192.168.1.12", "192.168.1.250", "pi.lan"]) expect(at(host)).toEqual([]);
});

it("says of names below .local who finds them, where somebody does", () => {
  const minor = kubernetesVersion.replace(/\.\d+$/, "");
  const repository = { line: `deb http://apt.local/v${minor}/deb/ /`, key: "http://apt.local/key" };
  const told = warningsAfter((config) => {
    config["bramble:ssh"] = { jump: { host: "gate.local", user: "me", hostKey: hostKeyOf(1) } };
    Object.assign(section(config, "cluster"), {
      timeServers: ["pool.ntp.org", "ntp.local"],
      imageRepository: "http://registry.local:5000",
      kubernetesRepository: repository,
    });
    section(config, "storage").nfs = { server: "nas.local", path: "/data" };
  });
  expect(told.map((text) => text.split(": ")[0])).toEqual([
    "bramble:ssh.jump.host",
    "bramble:cluster.timeServers[1]",
    "bramble:cluster.imageRepository",
    "bramble:cluster.kubernetesRepository.line",
    "bramble:cluster.kubernetesRepository.key",
    "bramble:storage.nfs.server",
  ]);
  expect(told[0]).toContain('"gate.local" ends in .local: it does not resolve on Linux');
  expect(told[1]).toContain("only resolves on boards with libnss-mdns");
});
