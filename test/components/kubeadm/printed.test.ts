import { spawnSync } from "node:child_process";
import { afterEach, expect, it } from "vitest";
import { credentialsStep, snapshotKeyStep } from "../../../components/kubeadm/clusterSteps.ts";
import { printed } from "../../../components/board/boardStep.ts";
import { ScratchBoard } from "../board/scratchBoard.ts";
import { endpointName } from "../../../components/kubeadm/clusterLayout.ts";
import { layout } from "./madeCluster.ts";

const controlPlane = layout.nodes.find(({ role }) => role === "controlPlane")!;
const kubeconfig = "apiVersion: v1\nkind: Config\n    server: https://as-kubeadm-wrote:6443\n";
let board: ScratchBoard;
afterEach(() => {
  board.remove();
});

/** What comes over the connection where the user's .bashrc greets: bash reads it for commands of an SSH server. */
function overSsh(script: string, bashrc: string): string {
  board = new ScratchBoard(
    { "etc/kubernetes/pki/ca.key": "key", "home/.bashrc": bashrc },
    {
      kubeadm: `printf '%s' '${kubeconfig}'`,
      // config --kubeconfig FILE set-cluster kubernetes --server=URL
      kubectl: 'sed -i "s#server: .*#server: ${6#--server=} of $4 $5#" "$3"',
    },
  );
  const environment = { SSH_CLIENT: "192.168.1.2 1 22", HOME: `${board.root}/home` };
  const { stdout, stderr } = spawnSync("bash", ["-c", "bash -s -- apply; echo bye"], {
    input: script,
    env: { ...board.environment, ...environment },
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout;
}

it.for(["echo Welcome", "printf 'no end of line'", "echo '-----BEGIN CERTIFICATE-----'"])(
  "a board whose .bashrc says `%s` still answers a kubeconfig and a key",
  (bashrc, { skip }) => {
    const said = overSsh(credentialsStep(layout, controlPlane, "2026-1"), bashrc);
    skip(!/^(Welcome|no end|-----BEGIN CERT)/.test(said), "this bash reads no .bashrc for an SSH server");
    expect(printed(said)).toBe(kubeconfig.trimEnd());
    board.remove();
    const key = printed(overSsh(snapshotKeyStep(controlPlane), bashrc));
    expect(key).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]+=*$/);
    expect(board.read("etc/bramble/snapshot-key.pub")).toContain(key);
  },
);

it("answers a kubeconfig with the leader's address, where only boards know the endpoint's name", () => {
  const named = { ...layout, endpoint: `${endpointName}:6443` };
  const said = printed(overSsh(credentialsStep(named, controlPlane, "2026-1"), ""));
  expect(said).toContain("server: https://192.168.1.2:6443 of set-cluster kubernetes");
});

it("finds no answer where there is none", () => {
  board = new ScratchBoard({});
  expect(printed(kubeconfig)).toBe("");
});
