import { isIP } from "node:net";
import semver from "semver";
import { endpointName } from "../../components/kubeadm/clusterLayout.ts";
import { settingError } from "../errors.ts";
import { type Rule, rule } from "./rule.ts";

/** The first minor version with kubeadm's configuration v1beta4, and the newest that is known here. */
const oldestMinor = 31;
const newestMinor = 37;
/** The first that needs containerd 2. */
const containerd2Minor = 37;

const runnableVersion = rule(["cluster"], function* ({ cluster: { version, kubernetesRepository } }) {
  const minor = semver.minor(version);
  const take = `Supported: 1.${oldestMinor} to 1.${newestMinor}.`;
  if (minor < oldestMinor) {
    const message = `"${version}" is too old: bramble uses kubeadm's configuration format v1beta4, which needs 1.${oldestMinor}. ${take}`;
    yield settingError("version-too-old", "cluster.version", message);
  }
  if (minor > newestMinor) {
    const message = `"${version}" is newer than bramble supports. ${take}`;
    yield settingError("version-too-new", "cluster.version", message);
  }
  const [, ofRepository] = /\/v1\.(\d+)\//.exec(kubernetesRepository?.line ?? "") ?? [];
  if (ofRepository !== undefined && Number(ofRepository) !== minor) {
    yield settingError(
      "repository-of-other-version",
      "cluster.kubernetesRepository.line",
      `is the repository of 1.${ofRepository}, but cluster.version is ${version}: each minor version has its own repository.`,
    );
  }
});

/** The operating systems that bramble knows have a containerd of their own that is too old from then on. */
const containerd = rule(["cluster"], function* ({ cluster }) {
  if (cluster.containerd === "containerd" && semver.minor(cluster.version) >= containerd2Minor) {
    yield settingError(
      "containerd-too-old",
      "cluster.containerd",
      `"containerd" is 1.x on Debian 12 and 13 and Ubuntu 24.04, but Kubernetes ${cluster.version} needs 2.x. Omit it, or use a version below 1.${containerd2Minor}.`,
    );
  }
});

/** No shell expands it. */
const kubeconfig = rule(["cluster"], function* ({ cluster: { kubeconfig: path } }) {
  if (path !== undefined && (path.startsWith("~") || path.includes("$"))) {
    yield settingError(
      "kubeconfig-not-plain",
      "cluster.kubeconfig",
      `"${path}" is used literally: ~ and $ are not expanded. Write the full path, or a path relative to Pulumi.yaml.`,
    );
  }
});

/** What several control planes share must outlive each of them. */
const endpoint = rule(["cluster", "boards"], function* ({ cluster, boards }) {
  const several = boards.filter(({ role }) => role === "controlPlane").length > 1;
  if (cluster.kubeconfig === undefined && several && cluster.controlPlaneEndpoint === undefined) {
    yield settingError(
      "endpoint-missing",
      "cluster.controlPlaneEndpoint",
      "is missing. With several control planes, set a name or address that always leads to a running one.",
    );
  }
  const [name, port = "6443"] = (cluster.controlPlaneEndpoint ?? "").split(":");
  if (name !== endpointName) return;
  if (port !== "6443") {
    const message = `"${cluster.controlPlaneEndpoint ?? ""}" has the port ${port}, but the API servers listen on 6443. Omit the port.`;
    yield settingError("endpoint-port", "cluster.controlPlaneEndpoint", message);
  }
  for (const [i, { role, host = "" }] of boards.entries()) {
    if (role !== "controlPlane" || host === "" || isIP(host) > 0) continue;
    const message = `"${host}" is a name, but ${endpointName} needs an address in /etc/hosts. Set the control plane's IP address, or another cluster.controlPlaneEndpoint.`;
    yield settingError("endpoint-without-address", `boards[${i}].host`, message);
  }
});

/** A board that is never rebooted is not rebooted because it is the only control plane. */
const reboots = rule(["cluster"], function* ({ cluster: { systemUpdates } }) {
  if (systemUpdates.rebootOnlyControlPlane && systemUpdates.reboot === "never") {
    yield settingError(
      "reboot-never",
      "cluster.systemUpdates.rebootOnlyControlPlane",
      "has no effect, since cluster.systemUpdates.reboot is never. Set that to up, or omit this.",
    );
  }
});

/** Rules about the cluster. */
export const clusterRules: readonly Rule[] = [runnableVersion, kubeconfig, endpoint, containerd, reboots];
