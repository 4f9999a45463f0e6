import { describe, expect, it } from "vitest";
import { bySeniority } from "../../../components/kubeadm/roster.ts";
import { rosterErrors, type RosterBoard } from "../../../components/kubeadm/rosterChange.ts";
import { registeredBy } from "../registered.ts";

const board = (name: string, changes: Partial<RosterBoard> = {}): Record<string, RosterBoard> => ({
  [name]: {
    role: name.startsWith("w") ? "worker" : "controlPlane",
    host: `192.168.1.${name.charCodeAt(0)}`,
    hostKey: `ssh-ed25519 KEY-${name} root@${name}`,
    dead: false,
    ...changes,
  },
});
const three = { ...board("a"), ...board("b"), ...board("c"), ...board("w") };
const single = { ...board("a"), ...board("w") };
const without = (boards: object, ...names: string[]) =>
  Object.fromEntries(
    Object.entries(boards as Record<string, RosterBoard>).filter(([name]) => !names.includes(name)),
  );
const anew = { hostKey: "ssh-ed25519 NEW" };

describe("a change that costs nothing goes through", () => {
  it.each<[string, Record<string, RosterBoard>, Record<string, RosterBoard>]>([
    ["nothing changes", three, three],
    ["another order", three, { ...board("w"), ...board("c"), ...board("b"), ...board("a") }],
    ["a hostKey's comment", single, { ...single, ...board("w", { hostKey: "ssh-ed25519 KEY-w" }) }],
    ["a worker comes", single, { ...single, ...board("w2") }],
    ["a worker goes", single, board("a")],
    [
      "a lost control plane of three, replaced at another address",
      three,
      { ...three, ...board("b", { host: "192.168.1.40", ...anew }) },
    ],
    ["a worker's address", single, { ...single, ...board("w", { host: "192.168.1.57" }) }],
    ["a worker is replaced", single, { ...single, ...board("w", anew) }],
    ["one control plane becomes three", single, three],
    ["one of three leaves", three, without(three, "a")],
    ["one of two leaves", without(three, "a"), without(three, "a", "b")],
    ["one of three is dead", three, { ...three, ...board("a", { dead: true }) }],
    ["one of three is replaced", three, { ...three, ...board("a", anew) }],
    ["a dead one comes back", { ...three, ...board("a", { dead: true }) }, three],
    ["a dead one is taken out", { ...three, ...board("a", { dead: true }) }, without(three, "a")],
    ["the only one is replaced", single, { ...single, ...board("a", anew) }],
    [
      "all three are replaced",
      three,
      Object.assign(
        {},
        three,
        ...["a", "b", "c"].map((name) => board(name, { hostKey: `ssh-ed25519 NEW-${name}` })),
      ) as typeof three,
    ],
  ])("%s", (_, before, after) => {
    expect(rosterErrors(before, after)).toEqual([]);
  });
});

describe("a change that would cost a board or the cluster is refused, with the way out", () => {
  it.each<[string, Record<string, RosterBoard>, Record<string, RosterBoard>, RegExp]>([
    [
      "a board is renamed",
      single,
      { ...board("a"), ...board("kitchen", { ...board("w").w! }) },
      /^boards: kitchen has the hostKey of w, .*can't be renamed.*remove w, run pulumi up, add it as kitchen/,
    ],
    [
      "two boards swap their names",
      { ...single, ...board("w2") },
      {
        ...single,
        ...board("w", { hostKey: board("w2").w2!.hostKey }),
        ...board("w2", { hostKey: board("w").w!.hostKey }),
      },
      /w has the hostKey of w2/,
    ],
    [
      "a worker becomes a control plane",
      single,
      { ...single, ...board("w", { role: "controlPlane" }) },
      /w is a worker, and its role can't be changed to controlPlane in place\. Remove it, run pulumi up/,
    ],
    [
      "a control plane gets another address",
      single,
      { ...single, ...board("a", { host: "192.168.1.40" }) },
      /a is a control plane at 192\.168\.1\.97.*Reserve 192\.168\.1\.97 for it on the router \(DHCP\)/,
    ],
    [
      "the only control plane is replaced at another address, which the snapshot's certificates do not contain",
      single,
      { ...single, ...board("a", { host: "192.168.1.40", ...anew }) },
      /a is a control plane at 192\.168\.1\.97/,
    ],
    [
      "the last control plane leaves",
      single,
      board("w"),
      /a would leave, and the cluster would have no control plane.* pulumi destroy/,
    ],
    [
      "another one takes the only one's place",
      single,
      { ...board("z"), ...board("w") },
      /a would leave, and the cluster would have no control plane/,
    ],
    [
      "two of three leave at once",
      three,
      without(three, "a", "b"),
      /a and b would leave at once.*Remove only a/,
    ],
    [
      "one leaves while another is lost",
      three,
      { ...without(three, "a"), ...board("b", { dead: true }) },
      /a and b would leave at once/,
    ],
    [
      "two of three are lost",
      three,
      { ...three, ...board("a", anew), ...board("b", { dead: true }) },
      /without a and b etcd has 1 of 3 members but needs 2.*flash all 3 control planes again/,
    ],
    [
      "one is put back whose removal was refused, while another is given up",
      without(three, "c"),
      { ...three, ...board("b", { dead: true }) },
      /b would be lost while c joins.*Keep b unchanged and run pulumi up with c first/,
    ],
    [
      "one of two is lost",
      without(three, "a"),
      { ...without(three, "a"), ...board("b", anew) },
      /etcd has 1 of 2 members but needs 2/,
    ],
  ])("%s", (_, before, after, error) => {
    expect(rosterErrors(before, after).join("\n")).toMatch(error);
  });

  it("says all of it at once", () => {
    const after = { ...board("a", { host: "192.168.1.40" }), ...board("w", { role: "controlPlane" }) };
    expect(rosterErrors(single, after)).toHaveLength(2);
  });
});

describe("who leads", () => {
  it("is who was there for longest, of several by name", () => {
    const since = (name: string, day: number) => ({ name, since: `2026-11-0${day}T00:00:00.000Z` });
    expect(bySeniority([since("c", 1), since("a", 2), since("b", 1)])).toEqual(["b", "c", "a"]);
  });

  it("is kept by the machine, so a new one and one that was dead begin at the end", async () => {
    const names = async (boards: Record<string, RosterBoard>) => {
      const registered = await registeredBy(async () => {
        const { Roster } = await import("../../../components/kubeadm/roster.ts");
        new Roster("roster", { boards });
      });
      return registered
        .map(({ name }) => name)
        .filter((name) => name.includes("-seniority-"))
        .toSorted();
    };
    const before = await names(three);
    expect(before).toHaveLength(4);
    expect(await names({ ...three, ...board("a", { hostKey: "ssh-ed25519 KEY-a" }) })).toEqual(before);
    const replaced = await names({ ...three, ...board("a", anew) });
    expect(replaced.filter((name) => !before.includes(name))).toEqual([
      expect.stringMatching(/^a-seniority-/),
    ]);
    expect(await names({ ...three, ...board("a", { dead: true }) })).toEqual(before.slice(1));
  });
});
