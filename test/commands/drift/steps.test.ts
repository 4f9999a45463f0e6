import { describe, expect, it } from "vitest";
import { withoutSecrets } from "../../../commands/drift/compare.ts";
import { deployedBoards, recordIn, stepsToRepeat } from "../../../commands/drift/steps.ts";

const type = "command:remote:Command";
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47",
  plaintext: JSON.stringify(value),
});
const connectionOf = (board: string) => ({
  host: `${board}.lan`,
  port: 22,
  user: "pi",
  hostKey: "ssh-ed25519 AAAA",
});

const urnOf = (ofType: string, name: string) => `urn:pulumi:home::bramble::${ofType}::${name}`;
const clusterType = "bramble:cluster:KubeadmCluster";
const bootstrapType = "bramble:board:BoardBootstrap";

/** A phase or step that ran on a board, about that board or another one. */
function ran(step: string, board: string, about = board, isSecret = false) {
  const isPhase = ["kernel", "swap", "reboot", "restarted", "wear"].includes(step);
  const text = `SCRIPT='${step}'\n`;
  const inputs = {
    connection: secret(connectionOf(board)),
    create: "sudo -n timeout -k 10 300 bash -s -- apply",
    stdin: isSecret ? secret(text) : text,
  };
  const name = `${about}-${step}`;
  const parent = isPhase ? urnOf(bootstrapType, board) : urnOf(clusterType, "cluster");
  return {
    urn: urnOf(type, name),
    type,
    parent,
    inputs,
    step: { step, about, asRoot: true, timeLimit: 300 },
  };
}

type Ran = ReturnType<typeof ran>;
const stepsOf = (all: readonly Ran[]) =>
  Object.fromEntries(all.map(({ urn, step }) => [urn.split("::").at(-1) ?? "", step] as const));

function bootstrap(board: string, dead = false) {
  return {
    urn: urnOf(bootstrapType, board),
    type: bootstrapType,
    inputs: { board, dead, steps: stepsOf(phases) },
  };
}

function cluster(...all: readonly Ran[]) {
  return { urn: urnOf(clusterType, "cluster"), type: clusterType, inputs: { steps: stepsOf(all) } };
}

const phases = ["kernel", "swap", "reboot", "restarted", "wear"].map((name) => ran(name, "pi3-1"));
const steps = [
  ran("kubelet", "pi3-1"),
  ran("control-plane", "cp"),
  ran("membership", "cp", "pi3-1"),
  ran("admission", "cp", "pi3-1", true),
  ran("join", "pi3-1", "pi3-1", true),
  ran("drain", "cp", "pi3-1"),
  ran("upgrade", "pi3-1"),
  ran("restart", "pi3-1"),
  ran("in-service", "cp", "pi3-1"),
];
const namespace = {
  urn: "urn:pulumi:home::bramble::kubernetes:core/v1:Namespace::gogs",
  type: "kubernetes:…",
};
/** The control plane's own phases tell how it is reached. */
const cpPhase = {
  ...ran("wear", "cp"),
  parent: urnOf(bootstrapType, "cp"),
};
const cpBootstrap = {
  ...bootstrap("cp"),
  inputs: { board: "cp", dead: false, steps: stepsOf([cpPhase]) },
};
const stackOf = (...resources: object[]) => ({ version: 3, deployment: { resources } });
const stack = stackOf(
  namespace,
  bootstrap("pi3-1"),
  ...phases,
  cpBootstrap,
  cpPhase,
  cluster(...steps),
  ...steps,
);
const stepsOn = (name: string, of = stack) =>
  deployedBoards(of)
    .find((board) => board.name === name)
    ?.steps.map(({ step }) => step);

describe("deployedBoards", () => {
  it("finds all that ran on each board, its check, and how the board is reached", () => {
    expect(deployedBoards(stack).map(({ name }) => name)).toEqual(["pi3-1", "cp"]);
    expect(stepsOn("pi3-1")).toEqual([
      ...["kernel", "swap", "reboot", "restarted", "wear", "kubelet", "join", "upgrade", "restart"],
    ]);
    expect(stepsOn("cp")).toEqual([
      "wear",
      "control-plane",
      "membership",
      "admission",
      "drain",
      "in-service",
    ]);
    const [pi, cp] = deployedBoards(stack);
    expect(cp!.steps[2]).toMatchObject({
      about: "pi3-1",
      command: "sudo -n timeout -k 10 300 bash -s -- check",
      connection: connectionOf("cp"),
    });
    expect(pi!.steps[6]).toMatchObject({ name: "pi3-1-join", script: "SCRIPT='join'\n" });
  });

  it("leaves out what ran for a dead board, also on others, and what another resource has replaced", () => {
    const dead = stackOf(
      bootstrap("pi3-1", true),
      ...phases,
      cpBootstrap,
      cpPhase,
      cluster(...steps),
      ...steps,
    );
    expect(deployedBoards(dead)[0]).toEqual({ name: "pi3-1", dead: true, steps: [] });
    expect(stepsOn("cp", dead)).toEqual(["wear", "control-plane"]);
    const old = ran("control-plane", "old");
    expect(stepsOn("old", stackOf(cluster(old), { ...old, delete: true }))).toBeUndefined();
  });

  it("calls a machine by its address that no board of the settings has any more", () => {
    const old = ran("membership", "former", "pi3-1");
    expect(stepsOn("former.lan", stackOf(cluster(old), old))).toEqual(["membership"]);
  });

  it("takes no command of somebody else's for a step", () => {
    const foreign = { ...ran("control-plane", "cp"), parent: urnOf("pulumi:pulumi:Stack", "bramble-home") };
    expect(deployedBoards(stackOf(cluster(foreign), foreign))).toEqual([]);
    expect(deployedBoards(stackOf(cluster(), ...steps))).toEqual([]);
  });

  it("finds nothing in a stack that is not deployed", () => {
    expect(deployedBoards({ version: 3, deployment: {} })).toEqual([]);
  });
});

describe("recordIn", () => {
  it("finds the drift that was recorded last, and none where none was", () => {
    const input = { "pi3-1-swap": "2026-11-29T13:00:00.000Z" };
    const stash = {
      urn: urnOf("pulumi:index:Stash", "drift"),
      type: "pulumi:index:Stash",
      inputs: { input },
    };
    const other = {
      ...stash,
      urn: urnOf("pulumi:index:Stash", "roster-boards"),
      inputs: { input: { a: 1 } },
    };
    expect(recordIn(stackOf(other, stash))).toEqual(input);
    expect(recordIn(stackOf(other))).toEqual({});
  });
});

describe("stepsToRepeat", () => {
  const all = deployedBoards(stack).flatMap((board) => board.steps);
  const names = (...drifted: string[]) => {
    const found = all.filter(({ step, about }) => about === "pi3-1" && drifted.includes(step));
    return stepsToRepeat(all, found).map(({ step }) => step);
  };

  it("has what drifted, and for what a boot shows what comes before a boot", () => {
    expect(names("wear")).toEqual(["wear"]);
    expect(names("kubelet", "swap")).toEqual(["swap", "kubelet"]);
    expect(names("restarted")).toEqual(["kernel", "swap", "reboot", "restarted"]);
  });

  it("lets a board in where it is to join, and empties it where its kubelet is to change", () => {
    for (const step of ["join", "admission"])
      expect(names(step)).toEqual(["join", "membership", "admission"]);
    expect(names("upgrade")).toEqual(["upgrade", "drain", "in-service"]);
    expect(names("restart")).toEqual(["restart", "drain", "in-service"]);
    expect(names("in-service")).toEqual(["in-service"]);
  });

  it("leaves other boards alone", () => {
    const other = ran("join", "pi3-2");
    const both = deployedBoards(stackOf(cluster(...steps, other), ...steps, other)).flatMap(
      (board) => board.steps,
    );
    const drifted = both.filter(({ name }) => name === "pi3-2-join");
    expect(drifted).toHaveLength(1);
    expect(stepsToRepeat(both, drifted)).toEqual(drifted);
  });
});

describe("what a board says", () => {
  it("is shown without the secrets that its step brought", () => {
    const script = "TOKEN='abcdef.0123456789abcdef'\n";
    const said = `join: bash: abcdef.0123456789abcdef: not found; image sha256:${"a".repeat(64)}`;
    expect(withoutSecrets(said, script)).toBe(`join: bash: …: not found; image sha256:${"a".repeat(64)}`);
  });
});
