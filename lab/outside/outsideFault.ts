// What the outside needs of this machine.
import { lastLines } from "../../tools/lines.ts";
import { run } from "../../tools/run.ts";
import { missingPrograms } from "../machine.ts";

/** Each program that the outside and the people there run, and the Debian package that brings it. */
const programs = {
  curl: "curl",
  diff: "diffutils",
  git: "git",
  ip: "iproute2",
  mount: "mount",
  nft: "nftables",
  nsenter: "util-linux",
  openssl: "openssl",
  setpriv: "util-linux",
  unshare: "util-linux",
};

/** Why no outside can be started here, in one line that says what to do; undefined if one can. */
export async function outsideFault(): Promise<string | undefined> {
  if (process.platform !== "linux") return `the lab's outside needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "the lab's outside needs root, to create networks";
  const missing = await missingPrograms("the lab's outside needs", programs);
  if (missing !== undefined) return missing;
  // Root in a container may not be allowed to, and a small kernel may have no firewall.
  const spaces = ["--net", "--mount", "--pid", "--fork", "--mount-proc"];
  const { ended, output } = await run("unshare", [...spaces, "nft", "list", "ruleset"]);
  return ended === 0 ? undefined : `the lab's outside can't be created here: ${lastLines(output, 1)}`;
}
