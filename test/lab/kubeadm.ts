import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { findBuilt, labFolder } from "../../lab/built.ts";
import { currentBuild } from "../../lab/kubernetesBuild.ts";
import { kubernetesPackages } from "../../lab/packages/kubernetes.ts";

/** The real kubeadm of the lab's packages, or undefined. */
export const kubeadm = find();

/** Why there is none. */
export const noKubeadm = "kubeadm is not built: run `node lab/prepare.ts`, some minutes once";

function find(): string | undefined {
  const folder = path.join(labFolder(), "kubeadm-for-tests");
  const program = path.join(folder, currentBuild.version, "usr/bin/kubeadm");
  // Also when what it was taken from was built anew since.
  if (fs.existsSync(program)) return program;
  const packages = findBuilt(kubernetesPackages(currentBuild));
  if (packages === undefined) return undefined;
  fs.mkdirSync(folder, { recursive: true });
  const unpacked = fs.mkdtempSync(path.join(folder, "partial-"));
  const deb = fs.globSync(path.join(packages, "amd64", "kubeadm_*.deb"))[0] ?? "";
  execFileSync("dpkg-deb", ["--extract", deb, unpacked]);
  fs.renameSync(unpacked, path.join(folder, currentBuild.version));
  return program;
}
