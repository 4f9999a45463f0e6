import { afterEach, expect, it } from "vitest";
import { controlPlaneStep } from "../../../components/kubeadm/clusterSteps.ts";
import { ScratchBoard } from "../board/scratchBoard.ts";
import { layout } from "./madeCluster.ts";

/** Lines of an API server's /metrics. */
const asked = (removed: string, resource: string, group: string, version: string) =>
  `apiserver_requested_deprecated_apis{group="${group}",removed_release="${removed}",resource="${resource}",subresource="",version="${version}"} 1`;

let board: ScratchBoard;
afterEach(() => board.remove());

/** The upgrade of a control plane from 1.36.3 to 1.37.1. */
function upgrade(metrics: readonly string[], ignorePreflightErrors: readonly string[] = []) {
  const [leader] = layout.nodes;
  if (leader === undefined) throw new Error("the layout has no control plane");
  const script = controlPlaneStep({ ...layout, version: "1.37.1", ignorePreflightErrors }, leader, ["cp"]);
  const kubectl = `case "$*" in
    *kubeadm-config*) echo 'kubernetesVersion: v1.36.3' ;;
    *Ready*) echo True ;;
    *raw=/metrics) cat "$ROOT/metrics" ;;
  esac`;
  board = new ScratchBoard(
    { "var/lib/bramble/in-cluster": "", "etc/kubernetes/admin.conf": "", metrics: `${metrics.join("\n")}\n` },
    { kubectl, sleep: "" },
  );
  const { stderr } = board.runScript(script, "apply", 20);
  // There is no snapshot.sh on this board, so an upgrade that begins ends there.
  return { stderr, begun: stderr.includes("the snapshot of etcd before the upgrade failed") };
}

it.each([
  [
    "that are gone in it",
    asked("1.37", "ipaddresses", "networking.k8s.io", "v1beta1"),
    "ipaddresses of networking.k8s.io/v1beta1",
  ],
  ["that were gone before", asked("1.35", "things", "", "v1"), "things of /v1"],
])("is refused before anything is touched while the cluster uses APIs %s", (_, line, named) => {
  const { stderr, begun } = upgrade(["# TYPE x gauge", line]);
  expect(stderr).toContain(
    `Kubernetes 1.37.1 has removed APIs that something in the cluster uses: ${named}\n`,
  );
  expect(stderr).toMatch(/fix: update what uses them .* cluster\.ignorePreflightErrors: \[RemovedAPIs\]/);
  expect(begun).toBe(false);
});

it.each<[string, string[], string[]]>([
  ["nobody asks for one that is removed", ["apiserver_request_total 7"], []],
  ["what is asked for is removed later", [asked("1.38", "things", "a.k8s.io", "v1beta1")], []],
  ["its removal is not planned", [asked("", "componentstatuses", "", "v1")], []],
  ["the settings say so", [asked("1.37", "things", "a.k8s.io", "v1beta1")], ["Mem", "RemovedAPIs"]],
])("begins where %s", (_, metrics, ignored) => {
  const { stderr, begun } = upgrade(metrics, ignored);
  expect(stderr).not.toContain("removed APIs");
  expect(begun).toBe(true);
});
