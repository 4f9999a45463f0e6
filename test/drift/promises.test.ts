import { describe, expect, it } from "vitest";
import { phasesToMend, promisedBoards, withDrift } from "../../drift/promises.ts";

const bootstrap = "urn:pulumi:home::bramble::bramble:board:BoardBootstrap::pi3-1";
const connection = { host: "192.168.1.11", port: 22, user: "pi", hostKey: "ssh-ed25519 AAAA" };

function phase(name: string) {
  const inputs = {
    connection: { "4dabf18193072939515e22adb298388d": "1b47", plaintext: JSON.stringify(connection) },
    create: "sudo -n timeout -k 10 300 bash -s -- apply",
    stdin: `BOARD='pi3-1'\nPHASE='${name}'\nphase "$@"\n`,
  };
  const type = "command:remote:Command";
  return { urn: `${bootstrap}$${type}::pi3-1-${name}`, type, parent: bootstrap, inputs, outputs: inputs };
}

const phases = ["kernel", "swap", "reboot", "restarted", "wear"].map(phase);
const board = {
  urn: bootstrap,
  type: "bramble:board:BoardBootstrap",
  inputs: { board: "pi3-1", dead: false },
};
const other = { urn: "urn:pulumi:home::bramble::kubernetes:core/v1:Namespace::gogs", type: "kubernetes:…" };
const stack = { version: 3, deployment: { resources: [other, board, ...phases] } };

describe("promisedBoards", () => {
  it("finds each board's phases, their check, and how it is reached", () => {
    const [found, ...more] = promisedBoards(stack);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ name: "pi3-1", dead: false, connection });
    expect(found!.phases.map(({ phase }) => phase)).toEqual([
      "kernel",
      "swap",
      "reboot",
      "restarted",
      "wear",
    ]);
    expect(found!.phases[0]!.command).toBe("sudo -n timeout -k 10 300 bash -s -- check");
  });

  it("finds nothing in a stack that is not deployed", () => {
    expect(promisedBoards({ version: 3, deployment: {} })).toEqual([]);
  });
});

describe("withDrift", () => {
  it("changes what a phase was given, and its script still does the same", () => {
    const twice = withDrift(withDrift(stack, [phases[1]!.urn]), [phases[1]!.urn]);
    const changed = twice.deployment.resources!.filter((one, i) => one !== stack.deployment.resources[i]);
    const stdin = `# drifted\n${phases[1]!.inputs.stdin}`;
    expect(changed.map(({ urn }) => urn)).toEqual([phases[1]!.urn]);
    expect(changed[0]).toMatchObject({ inputs: { stdin }, outputs: { stdin } });
  });
});

describe("phasesToMend", () => {
  const names = (...drifted: string[]) =>
    phasesToMend(promisedBoards(stack)[0]!.phases, drifted).map(({ phase }) => phase);

  it("mends what drifted, and what a boot shows by what comes before a boot", () => {
    expect(names("wear")).toEqual(["wear"]);
    expect(names("restarted")).toEqual(["kernel", "swap", "reboot", "restarted"]);
  });
});
