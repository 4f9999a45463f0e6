import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { hostKeyOf } from "../../settings/files.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
/** What a check reads. */
const sources = [
  "commands",
  "components",
  "gateway",
  "policy",
  "settings",
  "stacks",
  "tools",
  "index.ts",
  "package.json",
];

/** A stack's file for so many boards, three of them control planes, with an entrance. */
export function stackOf(boards: number, made: "by hand" | "by bramble"): object {
  const reached = (i: number) => (made === "by bramble" ? { hostKey: hostKeyOf(i) } : {});
  const cluster =
    made === "by bramble" ? { controlPlaneEndpoint: "api.example.com" } : { kubeconfig: "kubeconfig.large" };
  return {
    config: {
      "bramble:boards": Array.from({ length: boards }, (_, i) => ({
        name: `board-${i}`,
        model: "rpi-4b-4gb",
        role: i < 3 ? "controlPlane" : "worker",
        host: `192.168.${Math.floor(i / 200)}.${(i % 200) + 1}`,
        ...reached(i),
      })),
      "bramble:cluster": cluster,
      "bramble:domain": "large.example.com",
      "bramble:ingress": { board: "board-3", certificates: "selfSigned" },
    },
  };
}

/** Further apps of a program, with a pod each. */
function appsOf(count: number): string {
  return `
import { apps as kubernetesApps } from "@pulumi/kubernetes";
import { deployment } from "./test/policy/sound.ts";
for (let i = 0; i < ${count}; i++) {
  const { props } = deployment(\`app-\${i}\`);
  new kubernetesApps.v1.Deployment(\`app-\${i}\`, props, provider ? { provider } : {});
}
`;
}

/** A copy of bramble in a temporary folder with a stack \`large\`, to be removed after use. */
export function copyWith(stack: object, apps: number): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), "bramble-large-"));
  for (const source of [...sources, "test/policy/sound.ts"]) {
    cpSync(path.join(repository, source), path.join(folder, source), { recursive: true });
  }
  symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
  writeFileSync(path.join(folder, "stacks/Pulumi.large.yaml"), stringify(stack));
  appendFileSync(path.join(folder, "index.ts"), appsOf(apps));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
