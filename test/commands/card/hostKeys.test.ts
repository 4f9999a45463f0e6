import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withHostKeys } from "../../../commands/card/hostKeys.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL3DnCSsPL4TTaNNy6N+3jGOWE+siMwUqkLoX2TJohWa";

/** A stack's file with one thing of each kind around what changes. */
const file = (boards: string) => `# A cluster.
encryptionsalt: v1:x:y   # odd   spaces
config:
  bramble:boards:
${boards}
  bramble:dns: { apiToken: { secure: 'v1:"a"' } } # secret
  bramble:domain:   "home.example.com"
`;

/** The lines that differ, with + and -. */
function changes(before: string, after: string): string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

describe("a host key in a stack's file", () => {
  it.for([
    [
      "a flow map",
      "    - { name: a, host: 1.2.3.4, role: worker } # first\n    - { name: b }",
      "    - { name: a, host: 1.2.3.4, hostKey: KEY, role: worker } # first",
    ],
    [
      "a flow map with a key",
      "    - { name: a, hostKey: ssh-ed25519 OLD, host: h }",
      "    - { name: a, hostKey: KEY, host: h }",
    ],
    ["a quoted key", "    - { name: a, hostKey: 'ssh-ed25519 OLD' }", "    - { name: a, hostKey: KEY }"],
    ["a key without a value", "    - name: a\n      hostKey:", "      hostKey: KEY"],
    [
      "a block map",
      "    - name: a\n      host: 1.2.3.4 # reserved\n      taints:\n        - x=y:NoSchedule",
      "      hostKey: KEY",
    ],
    ["a list without indent", "  - name: a\n    host: h", "    hostKey: KEY"],
    [
      "a trailing comma",
      "    - {\n        name: a,\n        host: h, # last\n      }",
      "        host: h, hostKey: KEY, # last",
    ],
  ] as const)("goes into %s, and nothing else changes", ([, boards, line]) => {
    const before = file(boards);
    const after = withHostKeys(before, { a: key });
    const added = changes(before, after).filter((each) => each.startsWith("+"));
    expect(added).toEqual([`+${line.replace("KEY", key)}`]);
    const read = parse(after) as { config: Record<string, { hostKey?: string }[]> };
    expect(read.config["bramble:boards"]![0]!.hostKey).toBe(key);
    // The same again changes nothing.
    expect(withHostKeys(after, { a: key })).toBe(after);
  });

  it("goes to several boards at once, and keeps CRLF", () => {
    const before = file("    - name: a\n      host: h\n    - { name: b, host: i }").replaceAll("\n", "\r\n");
    const after = withHostKeys(before, { b: key, a: key });
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
    expect(after).toContain(`      host: h\r\n      hostKey: ${key}\r\n`);
    expect(after).toContain(`{ name: b, host: i, hostKey: ${key} }`);
  });

  it.for([
    ["an alias", "    - &b { name: b, host: h }\n    - *b", "c"],
    ["a list that is an alias", "    *boards", "a"],
    ["a map that an alias shares", "    - &a { name: a, host: h }\n    - { <<: *a, name: b }", "a"],
    ["a block scalar", "    - name: a\n      hostKey: >\n        ssh-ed25519 OLD\n", "a"],
  ] as const)("is refused in %s", ([, boards, name]) => {
    const text = boards.includes("*boards")
      ? file(boards).replace("config:", "x: &boards [{ name: a }]\nconfig:")
      : file(boards);
    expect(() => withHostKeys(text, { [name]: key })).toThrow(
      /can't be written[^]*fix: write each board out/,
    );
  });
});
