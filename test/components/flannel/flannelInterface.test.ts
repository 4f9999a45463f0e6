import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { flannelFiles, flannelWorkload, netConf } from "../../../components/flannel/flannelWorkload.ts";
import { Program } from "../../../lab/outside/program.ts";
import { findFlanneld } from "../../programs/programs.ts";

const flanneld = findFlanneld();
const reason = whyNot();

describe("flanneld on a board with wire and Wi-Fi, whose default route is over Wi-Fi,", () => {
  beforeEach(({ skip }) => skip(reason !== undefined, reason));

  it("is reached at the node's address, on the interface that has it", async () => {
    const { log, publicAddress } = await startedWith(commandOnBoard({ NODE_IP: "192.0.2.11" }));
    expect(log).toContain("Using interface with name eth0 and address 192.0.2.11");
    expect(publicAddress).toBe("192.0.2.11");
  });

  it("follows the node's address to Wi-Fi", async () => {
    const { publicAddress } = await startedWith(commandOnBoard({ NODE_IP: "198.51.100.11" }));
    expect(publicAddress).toBe("198.51.100.11");
  });

  it("would take the default route's interface by itself", async () => {
    const { publicAddress } = await startedWith(
      commandOnBoard({ NODE_IP: "192.0.2.11" }).filter((argument) => !argument.startsWith("--iface")),
    );
    expect(publicAddress).toBe("198.51.100.11");
  });
});

/** The container's command, with its variables as the kubelet fills them in. */
function commandOnBoard(variables: Record<string, string>): string[] {
  const { command, env } = flannelWorkload().pod.containers[0]!;
  const fields = env?.map(({ name, valueFrom }) => [name, valueFrom?.fieldRef?.fieldPath]);
  expect(fields).toContainEqual(["NODE_IP", "status.hostIP"]);
  return (command ?? []).map((argument) =>
    argument.replace(/\$\((\w+)\)/g, (whole, name: string) => variables[name] ?? whole),
  );
}

async function startedWith([, ...args]: string[]): Promise<{
  log: string;
  publicAddress: string | undefined;
}> {
  const folder = mkdtempSync(path.join(tmpdir(), "flanneld-"));
  const configuration = path.join(folder, flannelFiles.network);
  writeFileSync(configuration, JSON.stringify(netConf("10.244.0.0/16")));
  const own = [`--net-config-path=${configuration}`, `--subnet-file=${folder}/subnet.env`];
  const beside = (name: string) => fileURLToPath(new URL(`../../programs/${name}`, import.meta.url));
  const board = [
    // Without --kill-child: unshare itself would ignore that it is to end.
    "--net",
    "sh",
    beside("wireAndWifi.sh"),
    process.execPath,
    beside("nodesApi.ts"),
  ];
  const program = new Program("unshare", [...board, flanneld!, ...args, ...own]);
  onTestFinished(async () => {
    await program.stop();
    rmSync(folder, { recursive: true });
  });
  await program.until("annotated", () => program.output.includes("public-ip"));
  const [, publicAddress] = /"flannel\.alpha\.coreos\.com\/public-ip":"([^"]+)"/.exec(program.output) ?? [];
  return { log: program.output, publicAddress };
}

function whyNot(): string | undefined {
  if (flanneld === undefined) return "flanneld is not built: run `node test/programs/prepare.ts`";
  try {
    execFileSync("unshare", [
      "--net",
      "ip",
      "link",
      "add",
      "probe",
      "type",
      "vxlan",
      "id",
      "1",
      "dstport",
      "8472",
    ]);
    return undefined;
  } catch {
    return "no network namespace with VXLAN can be made here";
  }
}
