import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plan } from "./plan.ts";
import { noApt, realApt } from "./realApt.ts";
import { type Files, ScratchBoard } from "./scratchBoard.ts";

const fresh: Files = {
  "etc/os-release": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n',
  "etc/hosts": "127.0.0.1 localhost\n",
};
let board: ScratchBoard;
beforeEach(({ skip }) => skip(noApt !== "", noApt));
afterEach(() => board.remove());

describe("sources of packages", () => {
  const source = (signedBy: string) => `deb${signedBy} https://packages.example/v1.37/deb/ /\n`;
  const settings = (line: string) => ({
    ...plan,
    packages: { ...plan.packages, kubernetesRepository: { ...plan.packages.kubernetesRepository, line } },
  });

  it.for<[string, Files, RegExp]>([
    [
      "a list",
      { "etc/apt/sources.list.d/kubernetes.list": source(" [signed-by=/etc/apt/keyrings/k8s.gpg]") },
      /kubernetes.list has the same source as bramble.*Conflicting values set for option Signed-By[^]*fix: remove it from \/etc\/apt\/sources.list.d\/kubernetes.list, .*or keep it, and set kubernetesRepository.line with signed-by=\/etc\/apt\/keyrings\/k8s.gpg/,
    ],
    [
      "a list without a key",
      { "etc/apt/sources.list.d/old.list": `# old\n${source("")}` },
      /\/etc\/apt\/sources.list.d\/old.list has the same source [^]*fix: remove it from \/etc\/apt\/sources.list.d\/old.list, since bramble adds the same source\)?\n/,
    ],
    [
      "a file of deb822",
      {
        "etc/apt/sources.list.d/kubernetes.sources":
          "Types: deb\nURIs: https://packages.example/v1.37/deb\nSuites: /\nSigned-By: /usr/share/keyrings/k8s.asc\n",
      },
      /kubernetes.sources has the same source [^]*signed-by=\/usr\/share\/keyrings\/k8s.asc/,
    ],
  ])("in %s that contradict bramble's are named before anything is written", ([, files, message]) => {
    board = new ScratchBoard({ ...fresh, ...files }, realApt);
    const before = board.files();
    expect(board.run("inspect", "apply").stderr).toMatch(message);
    const { status, stderr, calls } = board.run("repositories", "apply");
    expect(stderr).toMatch(message);
    expect({ status, calls }).toEqual({ status: 1, calls: [] });
    expect(board.files()).toEqual(before);
    expect(board.run("repositories", "check").stdout).toMatch(message);
  });

  it.for<[string, Files, string?]>([
    [
      "that are switched off",
      {
        "etc/apt/sources.list.d/k.sources":
          "Types: deb\nURIs: https://packages.example/v1.37/deb/\nSuites: /\nEnabled: no\n",
      },
    ],
    ["that are commented out", { "etc/apt/sources.list.d/k.list": `#${source("")}` }],
    ["of another version", { "etc/apt/sources.list.d/k.list": source("").replace("1.37", "1.36") }],
    [
      "whose key the settings name",
      { "etc/apt/sources.list.d/k.list": source(" [signed-by=/etc/k.gpg]") },
      "deb [signed-by=/etc/k.gpg] https://packages.example/v1.37/deb/ /",
    ],
  ])("%s do not matter", ([, files, line]) => {
    board = new ScratchBoard({ ...fresh, ...files }, realApt);
    const changes = line === undefined ? plan : settings(line);
    expect(board.run("inspect", "apply", changes)).toMatchObject({ status: 0, stderr: "" });
    expect(board.run("repositories", "apply", changes)).toMatchObject({ status: 0, stderr: "" });
  });

  it("that apt can't read as they are, are named with the file", () => {
    board = new ScratchBoard(
      { ...fresh, "etc/apt/sources.list.d/half.list": "deb [signed-by=/a\n" },
      realApt,
    );
    expect(board.run("inspect", "apply").stderr).toMatch(
      /apt can't read its sources: Malformed .*\/etc\/apt\/sources.list.d\/half.list/,
    );
  });
});
