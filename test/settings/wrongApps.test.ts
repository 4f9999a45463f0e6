import { describe, expect, it } from "vitest";
import { appName } from "../../components/userApps/reserved.ts";
import { planBoards } from "../../components/board/board.ts";
import { exampleSettings } from "../../settings/appsReference.ts";
import { loadsOf, partsOf } from "../../settings/apps.ts";
import { backupsOf } from "../../components/app/deployApps.ts";
import {
  board,
  type Change,
  type Config,
  errorsOf,
  file,
  hostKeyOf,
  leaveOut,
  section,
  set,
} from "./files.ts";
import { rightApp, wrongApps } from "./wrongApps.ts";

const dead: Change = (config) => {
  const more = {
    name: "pi3-3",
    model: "rpi-3b",
    role: "worker",
    host: "192.168.1.13",
    hostKey: hostKeyOf(4),
  };
  (config["bramble:boards"] as Config[]).push({ ...more, dead: true });
};
const withApps =
  (apps: unknown, ...changes: Change[]): Change =>
  (config) => {
    for (const change of [dead, ...changes]) change(config);
    config["bramble:apps"] = apps;
  };
const changed = (changes: Config) => {
  const app = { ...rightApp(), ...changes };
  return Object.fromEntries(Object.entries(app).filter(([, value]) => value !== undefined));
};
const errors = (apps: unknown, ...changes: Change[]) => errorsOf(file(withApps(apps, ...changes)));
const names = Object.keys(wrongApps);

describe("an app", () => {
  it("that is right is accepted", () => {
    expect(errors({ wiki: rightApp() })).toEqual([]);
  });

  it.each(names)("with %s is refused by that one error, with its fix", (what) => {
    const [changes, setting, code, fix] = wrongApps[what]!;
    const found = errors({ wiki: what === "nothing at all" ? null : changed(changes) });
    const path = ["bramble:apps.wiki", setting].filter(Boolean).join(".");
    expect(found).toEqual([{ path, code, message: expect.stringContaining(fix) as string }]);
  });
});

it("all wrong ones are refused at once", () => {
  const apps = names.map((what, i) => {
    const [changes] = wrongApps[what]!;
    return [`app-${i}`, what === "nothing at all" ? null : { ...changed(changes) }] as const;
  });
  expect(names.length).toBeGreaterThanOrEqual(50);
  const found = errors(Object.fromEntries(apps));
  for (const [i, what] of names.entries()) {
    const [, , code] = wrongApps[what]!;
    const own = found.filter(
      ({ path }) => path.startsWith(`bramble:apps.app-${i}.`) || path === `bramble:apps.app-${i}`,
    );
    expect(
      own.map((each) => each.code),
      what,
    ).toContain(code);
  }
  // No value of what may be a secret is told.
  expect(JSON.stringify(found)).not.toMatch(/hunter22|abcdefgh1234/);
});

describe("two apps", () => {
  it("can't have one host", () => {
    const found = errors({ wiki: rightApp(), notes: changed({ host: "wiki" }) });
    expect(found).toMatchObject([{ path: "bramble:apps.notes.host", code: "app-host-taken" }]);
  });

  it("can't have one port of a board, but of two boards", () => {
    const at = (board: string) =>
      changed({ volumes: {}, board, boardPorts: [{ port: 53, protocol: "UDP" }] });
    expect(errors({ a: at("pi3-1"), b: at("pi3-2") })).toEqual([]);
    const found = errors({ a: at("pi3-1"), b: at("pi3-1") });
    expect(found).toMatchObject([{ path: "bramble:apps.b.boardPorts[0].port", code: "port-taken" }]);
    expect(found[0]?.message).toContain("already used by a");
  });
});

describe("the name of an app", () => {
  it.each(["gogs", "traefik", "kube-system", "kube-mine", "default"])(
    "is not %s, which is reserved",
    (name) => {
      const found = errors({ [name]: rightApp() });
      expect(found).toMatchObject([{ path: `bramble:apps.${name}`, code: "invalid-name" }]);
      expect(found[0]?.message).toContain("reserved");
    },
  );

  it.each(["My_App", "-a", "1a", "a".repeat(31), "a.b"])("is not %s", (name) => {
    expect(errors({ [name]: rightApp() })[0]?.message).toContain("beginning with a letter, 30 at most");
  });

  it("is none of a namespace or a repository of bramble's own", () => {
    const settings = exampleSettings();
    const boards = planBoards(settings.boards);
    const parts = partsOf(settings, "home", boards);
    const own = [
      ...loadsOf(parts, boards).map(({ namespace }) => namespace),
      ...backupsOf(parts).flatMap(({ source }) => [source.app, source.namespace]),
    ];
    const missing = own.filter((name) => appName.safeParse(name).success);
    expect([...new Set(missing)]).toEqual([]);
  });
});

describe("an app's host", () => {
  it("needs the entrance", () => {
    const found = errors({ wiki: rightApp() }, leaveOut("ingress", "dns", "gogs", "sensors"));
    expect(found).toMatchObject([{ path: "bramble:apps.wiki.port", code: "access-without-ingress" }]);
  });

  it("is not for the LAN where a proxy in the LAN hides who asks", () => {
    const proxy = (range: string) => set("ingress", { ...section({}, ""), trustedProxies: [range] });
    expect(errors({ wiki: rightApp() }, proxy("203.0.113.1/32"))).toEqual([]);
    const found = errors({ wiki: rightApp() }, proxy("192.168.1.2/32"));
    expect(found).toMatchObject([{ path: "bramble:apps.wiki.port", code: "lan-behind-proxy" }]);
  });

  it("may be behind the login where there is one", () => {
    const login = set("ingress", { login: { user: "me" } });
    expect(errors({ wiki: changed({ access: "login" }) }, login)).toEqual([]);
  });
});

it("a board of another architecture is not the app's", () => {
  const amd64: Change = (config) =>
    void Object.assign(board(config, 1), { arch: "amd64", ram: 1024, cores: 4, model: undefined });
  const app = changed({ volumes: {}, board: "pi3-1", architecture: "amd64" });
  expect(errors({ wiki: app }, amd64)).toEqual([]);
});
