import { describe, expect, it } from "vitest";
import { withoutSecrets } from "../../../commands/drift/check.ts";
import { phasesToMend, promisedBoards, withDrift } from "../../../commands/drift/promises.ts";

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

/** A phase or step that ran on a board, about that board or another one. */
function ran(
  phase: string,
  board: string,
  about = board,
  stdin: (script: string) => unknown = (text) => text,
) {
  const node = about === board ? "" : `NODE='${about}'\n`;
  const inputs = {
    connection: secret(connectionOf(board)),
    create: "sudo -n timeout -k 10 300 bash -s -- apply",
    stdin: stdin(`BOARD='${board}'\nPHASE='${phase}'\n${node}phase "$@"\n`),
  };
  return { urn: `urn:pulumi:home::bramble::${type}::${about}-${phase}`, type, inputs, outputs: inputs };
}

function bootstrap(board: string, dead = false) {
  const urn = `urn:pulumi:home::bramble::bramble:board:BoardBootstrap::${board}`;
  return { urn, type: "bramble:board:BoardBootstrap", inputs: { board, dead } };
}

const phases = ["kernel", "swap", "reboot", "restarted", "wear"].map((name) => ran(name, "pi3-1"));
const steps = [
  ran("kubelet", "pi3-1"),
  ran("control-plane", "cp"),
  ran("membership", "cp", "pi3-1"),
  ran("admission", "cp", "pi3-1", secret),
  ran("join", "pi3-1", "pi3-1", secret),
  ran("drain", "cp", "pi3-1"),
  ran("upgrade", "pi3-1"),
  ran("in-service", "cp", "pi3-1"),
];
const namespace = {
  urn: "urn:pulumi:home::bramble::kubernetes:core/v1:Namespace::gogs",
  type: "kubernetes:…",
};
const stackOf = (...resources: object[]) =>
  ({ version: 3, deployment: { resources } }) as Parameters<typeof promisedBoards>[0];
const stack = stackOf(namespace, bootstrap("pi3-1"), ...phases, ...steps);
const namesOn = (name: string, of = stack) =>
  promisedBoards(of)
    .find((board) => board.name === name)
    ?.phases.map(({ phase }) => phase);

describe("promisedBoards", () => {
  it("finds all that ran on each board, its check, and how the board is reached", () => {
    expect(promisedBoards(stack).map(({ name }) => name)).toEqual(["pi3-1", "cp"]);
    expect(namesOn("pi3-1")).toEqual([
      ...["kernel", "swap", "reboot", "restarted", "wear", "kubelet", "join", "upgrade"],
    ]);
    expect(namesOn("cp")).toEqual(["control-plane", "membership", "admission", "drain", "in-service"]);
    const [, cp] = promisedBoards(stack);
    expect(cp!.phases[1]).toMatchObject({
      about: "pi3-1",
      command: "sudo -n timeout -k 10 300 bash -s -- check",
      connection: connectionOf("cp"),
    });
  });

  it("leaves out what ran for a dead board, also on others, and what another resource has replaced", () => {
    const dead = stackOf(bootstrap("pi3-1", true), ...phases, ...steps);
    expect(promisedBoards(dead)[0]).toEqual({ name: "pi3-1", dead: true, phases: [] });
    expect(namesOn("cp", dead)).toEqual(["control-plane"]);
    const replaced = stackOf({ ...ran("control-plane", "old"), delete: true }, ...steps);
    expect(namesOn("old", replaced)).toBeUndefined();
  });

  it("asks a step that was told more than to apply just to check", () => {
    const again = ran("control-plane", "cp");
    again.inputs.create += " again # drifted";
    expect(promisedBoards(stackOf(again))[0]!.phases[0]!.command).toMatch(/ -- check$/);
  });

  it("takes no command of somebody else's for a step", () => {
    const foreign = ran("control-plane", "cp");
    foreign.inputs.stdin = "rm -rf /tmp/x\n";
    expect(promisedBoards(stackOf(foreign))).toEqual([]);
  });

  it("finds nothing in a stack that is not deployed", () => {
    expect(promisedBoards({ version: 3, deployment: {} })).toEqual([]);
  });
});

describe("withDrift", () => {
  it("changes how a step was called, and keeps its script, which may be a ciphertext", () => {
    const join = steps[4]!;
    const twice = withDrift(withDrift(stack, [join.urn]), [join.urn]);
    const changed = twice.deployment.resources!.filter((one, i) => one !== stack.deployment.resources![i]);
    const create = "sudo -n timeout -k 10 300 bash -s -- apply # drifted";
    expect(changed.map(({ urn }) => urn)).toEqual([join.urn]);
    expect(changed[0]!.inputs).toEqual({ ...join.inputs, create });
    expect(changed[0]!.outputs).toEqual({ ...join.inputs, create });
  });
});

describe("phasesToMend", () => {
  const all = promisedBoards(stack).flatMap((board) => board.phases);
  const names = (...drifted: string[]) => {
    const found = all.filter(({ phase }) => drifted.includes(phase));
    return phasesToMend(all, found).map(({ phase }) => phase);
  };

  it("mends what drifted, and what a boot shows by what comes before a boot", () => {
    expect(names("wear")).toEqual(["wear"]);
    expect(names("kubelet", "control-plane")).toEqual(["kubelet", "control-plane"]);
    expect(names("restarted")).toEqual(["kernel", "swap", "reboot", "restarted"]);
  });

  it("lets a board in where it is to join, and empties it where its kubelet is to change", () => {
    for (const step of ["join", "admission"])
      expect(names(step)).toEqual(["join", "membership", "admission"]);
    expect(names("upgrade")).toEqual(["upgrade", "drain", "in-service"]);
    expect(names("in-service")).toEqual(["in-service"]);
  });

  it("leaves other boards alone", () => {
    const other = ran("join", "pi3-2");
    const both = promisedBoards(stackOf(...steps, other)).flatMap((board) => board.phases);
    const drifted = both.filter(({ urn }) => urn === other.urn);
    expect(phasesToMend(both, drifted).map(({ urn }) => urn)).toEqual([other.urn]);
  });
});

describe("what a board says", () => {
  it("is shown without the secrets that its step brought", () => {
    const script = "TOKEN='abcdef.0123456789abcdef'\n";
    const said = `join: bash: abcdef.0123456789abcdef: not found; image sha256:${"a".repeat(64)}`;
    expect(withoutSecrets(said, script)).toBe(`join: bash: …: not found; image sha256:${"a".repeat(64)}`);
  });
});
