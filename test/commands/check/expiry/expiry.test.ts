import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { acmeFile, type Ending, kubeconfigEnd, rowsOf } from "../../../../commands/check/expiry/expiry.ts";
import { isInOrder, overviewText, stateOf } from "../../../../commands/check/expiry/text.ts";
import { bootstrapPhases } from "../../../../components/board/phases.ts";
import { plan } from "../../../components/board/plan.ts";
import { type Files, ScratchBoard } from "../../../components/board/scratchBoard.ts";
import { certificateOf, pairOf } from "../../../components/kubeadm/certificates.ts";

const now = Date.now();
const inDays = (days: number) => new Date(now + days * 86_400_000 + 3_600_000);
const ending = (kind: Ending["kind"], end: Ending["end"]): Ending => ({
  kind,
  name: "it",
  board: "pi3-1",
  end,
});

describe("what a board says", () => {
  let board: ScratchBoard | undefined;
  afterEach(() => board?.remove());
  const read = (file: string) => readFileSync(new URL(`../../../../${file}`, import.meta.url), "utf8");
  const script =
    "ACME='/data/traefik/acme.json'\n" +
    read("components/kubeadm/scripts/pki.sh") +
    read("commands/check/expiry/expiry.sh");
  const run = (files: Files, kubectl = "") => {
    board = new ScratchBoard(files, { kubectl });
    const env = { ...board.environment, ROOT: board.root };
    const { stdout, stderr } = spawnSync("bash", ["-s"], { input: script, env, encoding: "utf8" });
    expect(stderr).toBe("");
    const found = rowsOf("pi3-1", `Welcome!\n${stdout}`)!;
    return {
      ...found,
      endOf: (name: string) => found.endings.find((each) => each.name.startsWith(name))?.end,
    };
  };
  const kubeconfig = (days: number) =>
    `users:\n- user:\n    client-certificate-data: ${Buffer.from(pairOf("/CN=a", days)).toString("base64")}\n`;
  const days = (end?: Ending["end"]) =>
    end instanceof Date ? Math.round((end.getTime() - now) / 86_400_000) : end;

  it("has a control plane's certificates, authorities and tokens, each with its end or why it is not known", () => {
    const { endOf } = run(
      {
        "etc/kubernetes/manifests/kube-apiserver.yaml": "",
        "etc/kubernetes/pki/apiserver.crt": pairOf("/CN=a", 100),
        "etc/kubernetes/pki/ca.crt": certificateOf("/CN=ca"),
        "etc/kubernetes/pki/etcd/peer.crt": "\0\0\0",
        "etc/kubernetes/admin.conf": kubeconfig(200),
      },
      `echo "bootstrap-token-abcdef $(echo -n 2031-01-01T00:00:00Z | base64)"; echo "bootstrap-token-000000 "`,
    );
    expect(days(endOf("/etc/kubernetes/pki/apiserver.crt"))).toBe(100);
    expect(days(endOf("/etc/kubernetes/pki/ca.crt"))).toBe(30);
    expect(days(endOf("/etc/kubernetes/admin.conf"))).toBe(200);
    expect(endOf("/etc/kubernetes/pki/etcd/peer.crt")).toEqual({
      unknown: "it holds no certificate that can be read",
    });
    expect(endOf("/etc/kubernetes/pki/etcd/server.crt")).toEqual({ unknown: "it is missing" });
    expect(endOf("bootstrap-token-abcdef")).toEqual(new Date("2031-01-01T00:00:00Z"));
    expect(endOf("bootstrap-token-000000")).toBe("never");
  });

  it("has no tokens where the API server does not answer, and says so", () => {
    const files = { "etc/kubernetes/manifests/kube-apiserver.yaml": "", "etc/kubernetes/pki/ca.crt": "" };
    const { endOf } = run(files, "echo connection refused >&2; exit 1");
    expect(endOf("bootstrap tokens")).toEqual({ unknown: "connection refused" });
  });

  it("has a worker's own certificate, its repositories' keys and its reboot, and no control plane", () => {
    const { endings, reboots } = run({
      "etc/kubernetes/kubelet.conf": "",
      "var/lib/kubelet/pki/kubelet-client-current.pem": pairOf("/CN=a", 300),
      "etc/apt/keyrings/bramble-kubernetes.asc": "<html>",
      "run/reboot-required": "",
      "run/reboot-required.pkgs": "linux-image\nlibc6\n",
    });
    expect(endings.map(({ kind, end }) => [kind, days(end)])).toEqual([
      ["kubelet", 300],
      ["entrance", { unknown: "it has no certificate yet" }],
      ["key", { unknown: "it is no OpenPGP key" }],
    ]);
    expect(reboots).toEqual([
      { board: "pi3-1", since: expect.stringMatching(/^\d{4}-/) as string, packages: "libc6 linux-image" },
    ]);
  });

  it("has the entrance's certificates, and nothing of their keys", () => {
    const certificate = Buffer.from(certificateOf("/CN=a")).toString("base64");
    const acme = { letsencrypt: { Certificates: [{ certificate, key: "c2VjcmV0" }] } };
    const { endings } = run({ "data/traefik/acme.json": JSON.stringify(acme, undefined, 2) });
    expect(endings.map(({ kind, end }) => [kind, days(end)])).toEqual([["entrance", 30]]);
  });

  it("counts for nothing if it has not come to its end", () => {
    expect(rowsOf("pi3-1", "kubelet\tit\tend 2031-01-01T00:00:00Z\n")).toBeUndefined();
    expect(rowsOf("pi3-1", "kubelet\tit\tend soon\ncomplete\t\t\n")?.endings[0]?.end).toEqual({
      unknown: '"soon" is no date',
    });
  });
});

it("looks for the entrance's certificates where the board's directory for them is", () => {
  const boardOf = (folders: object[]) => ({
    name: "pi3-1",
    dead: false,
    steps: bootstrapPhases({ ...plan, folders: folders as [] }).map(({ phase, script }) => ({
      ...{ name: `pi3-1-${phase}`, step: phase, about: "pi3-1", command: "", script },
      connection: { host: "", user: "", hostKey: "" },
    })),
  });
  const traefik = { claim: "traefik-acme", path: "/mnt/ssd/traefik", owner: 65532 };
  const gogs = { claim: "gogs-data", path: "/mnt/ssd/gogs" };
  expect(acmeFile(boardOf([gogs, traefik]))).toBe("/mnt/ssd/traefik/acme.json");
  expect(acmeFile(boardOf([gogs]))).toBe("");
});

it.each<[string, string, Ending["end"] | "date"]>([
  [
    "a certificate",
    `users: [{user: {client-certificate-data: ${Buffer.from(certificateOf("/CN=a")).toString("base64")}}}]`,
    "date",
  ],
  ["a token", "users: [{user: {token: t0k3n}}]", { unknown: "it has no certificate" }],
  ["nothing that can be read", "t0k3n: [", { unknown: "it can't be read" }],
])("reads the end of a kubeconfig with %s", (_, text, expected) => {
  const end = kubeconfigEnd(text);
  expect(end instanceof Date ? "date" : end).toEqual(expected);
});

describe("the overview", () => {
  it.each<[string, Ending, ReturnType<typeof stateOf>]>([
    ["is renewed in time", ending("kubeadm", inDays(40)), "fine"],
    ["should be renewed by now", ending("kubeadm", inDays(27)), "late"],
    ["has ended", ending("entrance", inDays(-1)), "ended"],
    ["is for people to renew", ending("authority", inDays(300)), "late"],
    ["never ends", ending("key", "never"), "fine"],
    ["was for a join that is done", ending("token", inDays(-5)), "fine"],
    ["can't be read", ending("kubelet", { unknown: "it is missing" }), "unknown"],
    ["is on a board that does not answer", ending("board", { unknown: "it can't be reached" }), "unknown"],
  ])("tells what %s from the rest", (_, each, expected) => {
    expect(stateOf(each, now)).toBe(expected);
    expect(isInOrder({ endings: [each], reboots: [] }, now)).toBe(expected === "fine");
  });

  it("has a line for each, what is not known first, then what ends first", () => {
    const endings = [
      ending("key", "never"),
      ending("kubeadm", inDays(40)),
      ending("entrance", inDays(3)),
      ending("board", { unknown: "it can't be reached" }),
    ];
    const reboots = [{ board: "pi3-2", since: "2026-11-30T03:12:00Z", packages: "linux-image" }];
    const lines = stripVTControlCharacters(overviewText({ endings, reboots }, now)).split("\n");
    expect(lines.map((line) => line.slice(0, 1)).join("")).toBe("?!✓✓!1");
    expect(lines[0]).toMatch(/^\? pi3-1: it +not known +it can't be reached$/);
    expect(lines[1]).toMatch(/^! pi3-1: it +\d{4}-\d\d-\d\d +3 days +renewed by Traefik, 30 days before$/);
    expect(lines[3]).toMatch(/never ends/);
    expect(lines[4]).toBe("! pi3-2 needs a reboot since 2026-11-30T03:12:00Z: linux-image");
    expect(lines[5]).toBe("1 could not be read: nothing is known about it.");
  });

  it("says that there is nothing yet", () => {
    expect(overviewText({ endings: [], reboots: [] }, now)).toMatch(/no boards and no cluster/);
  });
});
