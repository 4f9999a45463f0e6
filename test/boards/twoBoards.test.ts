// The example of docs/components.md that needs boards: a program of somebody else's makes a cluster of them.
import { stringify } from "yaml";
import { afterAll, beforeAll, expect, it } from "vitest";
import { boardPackages } from "../../components/board/packages.ts";
import { clusterHealthy } from "../../lab/checks.ts";
import { type Lab, startLab } from "../../lab/cluster.ts";
import { examplesOf } from "../package/examples.ts";
import { OtherStack } from "../package/otherStack.ts";
import { PackedProject } from "../package/packed.ts";
import { noCluster } from "./noLab.ts";

const minutes = 60_000;
const title = "Two boards become a cluster";
let lab: Lab;
let project: PackedProject;

beforeAll(async () => {
  if (noCluster !== "") return;
  project = await PackedProject.create();
  lab = await startLab({ apps: false });
}, 5 * minutes);
afterAll(async () => {
  if (noCluster !== "") return;
  await lab.stop();
  project[Symbol.dispose]();
}, minutes);

/** The example for virtual boards: their names, machines and addresses, and where they find packages. */
function forTheLab(code: string): string {
  const { boards, cluster } = lab.settings;
  const [kitchen, attic] = boards;
  const { version } = cluster as { version: string };
  const { ignorePreflightErrors = [], timeServers } = cluster;
  const { kubernetesRepository, containerdRepository, imageRepository } = cluster;
  const machine = ({ ram, cores, arch }: (typeof boards)[number]) =>
    `...${JSON.stringify({ ram, cores, arch })}`;
  const packages = { ...boardPackages(version), kubernetesRepository, containerdRepository, imageRepository };
  const changes: [string, string][] = [
    ['model: "rpi-4b-4gb"', machine(kitchen!)],
    ['model: "rpi-3b"', machine(attic!)],
    ['"192.168.1.10"', JSON.stringify(kitchen!.host)],
    ['"192.168.1.11"', JSON.stringify(attic!.host)],
    ['name: "kitchen"', `name: "${kitchen!.name}"`],
    ['name: "attic"', `name: "${attic!.name}"`],
    ['kubeadmWorkloads(["kitchen"])', `kubeadmWorkloads(["${kitchen!.name}"])`],
    [
      `version: "${version}"`,
      `version: "${version}", ignorePreflightErrors: ${JSON.stringify(ignorePreflightErrors)}`,
    ],
    [
      'privateKey: config.getSecret("privateKey")',
      `privateKey: config.getSecret("privateKey"), timeServers: ${JSON.stringify(timeServers)}, packages: ${JSON.stringify(packages)}`,
    ],
  ];
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`);
    return text.replace(from, to);
  }, code);
}

it(
  `"${title}" makes one of virtual boards, and takes it away again`,
  async ({ skip }) => {
    skip(noCluster !== "", noCluster);
    const { code = "" } = examplesOf("components.md", "ts").find((each) => each.title === title) ?? {};
    project.write("program/package.json", JSON.stringify({ name: "other", private: true }));
    project.write("program/Pulumi.yaml", stringify({ name: "other", runtime: "nodejs" }));
    project.write("program/index.ts", forTheLab(code));
    const own = await OtherStack.create(project.at("program"), {}, lab.network);
    const [kitchen, attic] = lab.settings.boards;
    const hostKeys = { kitchen: kitchen?.hostKey, attic: attic?.hostKey };
    const { privateKey } = lab.settings.ssh as { privateKey: string };
    await own.stack.setConfig("hostKeys", { value: JSON.stringify(hostKeys) });
    await own.stack.setConfig("privateKey", { value: privateKey, secret: true });

    const { done, outputs } = await own.up();
    expect(done).toContain("create flannel-daemonset");
    expect(outputs.kubeconfig?.secret).toBe(true);
    const findings = await clusterHealthy(lab.first, lab.boards.size);
    expect(findings.filter(({ holds }) => !holds)).toEqual([]);
    const { changeSummary } = await own.stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["same"]);

    await own.destroy();
    for (const board of lab.boards.values()) {
      const left =
        "sudo ls -d /etc/kubernetes/*.conf /var/lib/etcd/member 2>&-; systemctl is-active kubelet; true";
      expect((await board.ssh(left)).trim()).toBe("inactive");
    }
  },
  20 * minutes,
);
