import { statSync } from "node:fs";
import { userInfo } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { snapshotStoreStep } from "../../../components/kubeadm/clusterSteps.ts";
import { type Files, ScratchBoard } from "../board/scratchBoard.ts";

const step = snapshotStoreStep("one", ["ssh-ed25519 AAAA\n"]);
const home = "var/lib/bramble-store";
const user = (changes: Partial<Record<"home" | "shell" | "password", string>> = {}): Files => {
  const { home = "/var/lib/bramble-store", shell = "/bin/bash", password = "!" } = changes;
  return {
    "etc/passwd": `bramble-store:x:997:997::${home}:${shell}\n`,
    "etc/shadow": `bramble-store:${password}:20000::::::\n`,
    "etc/group": "bramble-store:x:997:\n",
  };
};
const nobody: Files = { "etc/passwd": "", "etc/shadow": "", "etc/group": "", "etc/gshadow": "" };
let board: ScratchBoard;
const on = (files: Files) =>
  (board = new ScratchBoard(files, {
    getent: `grep "^$2:" "$ROOT/etc/$1"`,
    useradd: `exec /usr/sbin/useradd --prefix "$ROOT" "$@"`,
  }));
const owner = (path: string) => statSync(`${board.root}/${path}`).uid;

describe.skipIf(userInfo().uid !== 0)(
  "the board that stores snapshots (as root, for useradd and chown)",
  () => {
    beforeEach(() => void on(nobody));
    afterEach(() => {
      board.remove();
    });

    it("gets a user who can do nothing but take and give back snapshots", () => {
      const { status, stderr, stdout } = board.runScript(step);
      expect(stderr).toBe("");
      expect(status).toBe(0);
      expect(stdout).toMatch(/changed \(there is no user bramble-store/);
      expect(board.read("etc/shadow")).toMatch(/^bramble-store:!:/m);
      const uid = Number(board.read("etc/passwd")?.split(":")[2]);
      expect([owner(home), owner(`${home}/.ssh`)]).toEqual([uid, uid]);
      expect(statSync(`${board.root}/${home}/.ssh`).mode & 0o777).toBe(0o700);
      expect(board.read(`${home}/.ssh/authorized_keys`)).toBe(
        'restrict,command="/bin/bash /usr/local/lib/bramble/receive.sh" ssh-ed25519 AAAA\n',
      );
      expect(board.runScript(step).stdout).toBe("snapshot-store: changed nothing\n");
    });

    it.for<[string, Files, RegExp]>([
      ["has another home", user({ home: "/home/backup" }), /its home is \/home\/backup, not \/var\/lib\/br/],
      ["has another shell", user({ shell: "/bin/zsh" }), /its shell is \/bin\/zsh, not \/bin\/bash/],
      ["has a password", user({ password: "$y$j9T$abc" }), /it has a password\n.*fix: rename that user/],
    ])("refuses a user of that name who %s, and leaves everything as it is", ([, files, says]) => {
      board.remove();
      on({ ...files, [`${home}/snapshots/2.tar`]: "" });
      const before = board.files();
      const { status, stderr } = board.runScript(step);
      expect(status).toBe(1);
      expect(stderr).toMatch(says);
      expect(board.files()).toEqual(before);
      expect(owner(`${home}/snapshots`)).toBe(0);
    });

    it("does not take a home with somebody else's files in it, user or not", () => {
      for (const files of [nobody, user()]) {
        board.remove();
        on({ ...files, [`${home}/photos/1.jpg`]: "", [`${home}/.profile`]: "" });
        const before = board.files();
        const { status, stderr } = board.runScript(step);
        expect(status).toBe(1);
        expect(stderr).toMatch(
          /contains files that bramble did not create: photos\n.*fix: move them elsewhere/,
        );
        expect(stderr).not.toContain(".profile");
        expect(board.files()).toEqual(before);
        expect(owner(home)).toBe(0);
      }
    });

    it("takes over what a removed user of that name has left, snapshots and all", () => {
      board.remove();
      on({ ...user(), [`${home}/snapshots/20260101T000000Z.tar`]: "x" });
      expect(board.runScript(step).status).toBe(0);
      expect(owner(`${home}/snapshots/20260101T000000Z.tar`)).toBe(997);
    });

    it("is only read by a check, which finds what is missing", () => {
      const before = board.files();
      const { status, stdout } = board.runScript(step, "check");
      expect([status, stdout]).toEqual([1, "snapshot-store: there is no user bramble-store\n"]);
      expect(board.files()).toEqual(before);
    });
  },
);
