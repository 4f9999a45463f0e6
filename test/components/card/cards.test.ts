import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { cardFiles, withCardArguments } from "../../../components/card/card.ts";
import { yaml } from "../../../components/card/documents.ts";
import { netplan, networkManagerKeyfile } from "../../../components/card/network.ts";
import { type CardPlan, writtenByBramble } from "../../../components/card/plan.ts";
import { noCloudInit, withCloudInit } from "../board/cloudInit.ts";
import { generated, noNetworks, wifisOf } from "./networks.ts";
import { hostile, network, passwordOf, plan, twenty, wifi } from "./plans.ts";

const file = (of: CardPlan, path: string) => cardFiles(of).find((each) => each.path === path)!.content;

const reader = fileURLToPath(new URL("cloudInitReads.py", import.meta.url));

describe("a card", () => {
  it.each([
    ["raspberry-pi-os", ["meta-data", "network-config", "user-data"]],
    ["ubuntu", ["meta-data", "network-config", "user-data"]],
    ["raspberry-pi-os-bookworm", ["firstrun.sh"]],
    [
      "armbian",
      [
        "etc/bramble/set-up",
        "etc/systemd/system/bramble-card.service",
        "etc/systemd/system/multi-user.target.d/bramble-card.conf",
        "etc/netplan/60-bramble-card.yaml",
        "etc/default/armbian-firstrun",
      ],
    ],
  ] as const)("of %s has its files, each with bramble's mark", (system, paths) => {
    const files = cardFiles(plan({ system, network, wifi }));
    expect(files.map((each) => each.path)).toEqual(paths);
    expect(files.filter(({ content }) => !content.includes(writtenByBramble))).toEqual([]);
  });

  it("is the same for the same plan, and another instance with another host key", () => {
    const one = plan();
    expect(cardFiles(one)).toEqual(cardFiles(one));
    const ids = [one, plan()].map(
      (each) => (parse(file(each, "meta-data")) as Record<string, string>)["instance-id"],
    );
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^bramble-pi3-1-\w+$/);
  });

  it("has secrets only in files that root alone can read, where the file system has modes", () => {
    const of = plan({ system: "armbian", wifi });
    const secret = cardFiles(of).filter(
      ({ content }) => content.includes("PRIVATE KEY") || content.includes(wifi.password),
    );
    expect(secret.map(({ path, mode }) => [path, mode?.toString(8)])).toEqual([
      ["etc/bramble/set-up", "700"],
      ["etc/netplan/60-bramble-card.yaml", "600"],
    ]);
  });

  it("has the private key in no command line", () => {
    const data = parse(file(plan(), "user-data")) as { bootcmd: unknown; runcmd: unknown };
    expect(JSON.stringify([data.bootcmd, data.runcmd])).not.toMatch(/PRIVATE KEY-----\\n/);
  });

  it("lets nobody log in with a password, and root only if the settings say so", () => {
    const data = (user: string) => parse(file(plan({ user }), "user-data")) as Record<string, unknown>;
    expect(data("pi")).toMatchObject({ ssh_pwauth: false, disable_root: true });
    expect(data("pi").users).toMatchObject([
      { name: "pi", lock_passwd: true, sudo: "ALL=(ALL) NOPASSWD:ALL" },
    ]);
    expect(data("root")).toMatchObject({ ssh_pwauth: false, disable_root: false });
  });

  it("asks DHCP unless it has a network", () => {
    const config = (change: Partial<CardPlan>) => parse(file(plan(change), "network-config")) as object;
    expect(config({})).toEqual({ network: { version: 2, ethernets: { eth0: { dhcp4: true } } } });
    expect(config({ network, wifi })).toEqual({
      network: {
        version: 2,
        wifis: {
          wlan0: {
            dhcp4: false,
            addresses: ["192.168.1.11/24"],
            routes: [{ to: "0.0.0.0/0", via: "192.168.1.1" }],
            nameservers: { addresses: ["192.168.1.1", "9.9.9.9"] },
            "regulatory-domain": "DE",
            "access-points": { home: { password: "correct horse" } },
          },
        },
      },
    });
  });
});

describe("the kernel's command line", () => {
  const line = "console=tty1 root=PARTUUID=1-02 rootwait quiet";

  it("gets the memory cgroup once, and stays otherwise as it is", () => {
    const once = withCardArguments(`${line}\n`, "raspberry-pi-os");
    expect(once).toBe(`${line} cgroup_enable=memory\n`);
    expect(withCardArguments(once, "raspberry-pi-os")).toBe(once);
  });

  it("keeps what follows its first line", () => {
    expect(withCardArguments(`${line}\n# mine\n`, "ubuntu")).toBe(`${line} cgroup_enable=memory\n# mine\n`);
  });

  it("starts the script of bookworm, behind what else was there", () => {
    const words = withCardArguments(line, "raspberry-pi-os-bookworm").slice(line.length).trim().split(" ");
    expect(words).toEqual([
      "cgroup_enable=memory",
      "systemd.run=/boot/firmware/firstrun.sh",
      "systemd.run_success_action=reboot",
      "systemd.run_failure_action=none",
      "systemd.unit=kernel-command-line.target",
    ]);
  });
});

describe("values that YAML takes for something else", () => {
  it("arrive as they were written in Python, as keys and as values", () => {
    const text = yaml({ list: hostile, map: Object.fromEntries(hostile.map((each, i) => [each, i])) });
    const program = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin.buffer.read())))";
    const read = JSON.parse(execFileSync("python3", ["-c", program], { input: text, encoding: "utf8" })) as {
      list: string[];
      map: Record<string, number>;
    };
    expect(read.list).toEqual(hostile);
    expect(read.map).toEqual(Object.fromEntries(hostile.map((each, i) => [each, i])));
  });

  it("are the first line of no user-data: cloud-init would take it for a template", () => {
    const data = file(plan({ authorizedKeys: ["ssh-ed25519 AAAA ## template: jinja"] }), "user-data");
    expect(data.split("\n")[0]).toBe("#cloud-config");
  });
});

describe.skipIf(noCloudInit !== "")("cloud-init itself", () => {
  const reads = (userData: string[], networks: string[]) =>
    JSON.parse(withCloudInit(reader, JSON.stringify({ userData, networks }))) as string[];
  const seeds = twenty.map((each) => ({ ...each, system: "ubuntu" as const }));

  it("accepts the user-data of twenty boards, and hands their networks to netplan as they were written", () => {
    const handed = reads(
      seeds.map((each) => file(each, "user-data")),
      seeds.map((each) => file(each, "network-config")),
    );
    const written = seeds.map((each) => netplan(each, { eth0: {} }) as { network: Record<string, unknown> });
    expect(
      handed.map((text) => (parse(text) as { network?: object }).network ?? (parse(text) as object)),
    ).toEqual(written.map(({ network: all }) => all));
  });

  it("would reject another", () => {
    expect(() => reads(["#cloud-config\nusers: 7\n"], [])).toThrow(/users/);
  });
});

describe.skipIf(noNetworks !== "")("netplan and NetworkManager", () => {
  const wanted = hostile.map((ssid) => ({ ssid, password: passwordOf(ssid) }));
  const plans = wanted.map((each) => plan({ network, wifi: { ...each, country: "DE" } }));

  it("take the network of twenty boards", () => {
    for (const each of twenty) {
      const files = generated(yaml(netplan(each, { eth0: {} })));
      const port = each.wifi ? "wlan0" : "eth0";
      const text = files[`systemd/network/10-netplan-${port}.network`]!;
      if (each.network)
        expect(text).toMatch(/Address=192\.168\.1\.\d+\/24[^]*DNS=192\.168\.1\.1[^]*Gateway=192\.168\.1\.1/);
      else expect(text).toContain("DHCP=ipv4");
      expect(Object.keys(files).some((path) => path.startsWith("netplan/wpa-"))).toBe(
        each.wifi !== undefined,
      );
    }
  }, 120_000);

  it("give names and passwords back as they were written", () => {
    const keyfiles = plans.map((each) => {
      const document = netplan(each, {}) as { network: object };
      const files = generated(yaml({ network: { ...document.network, renderer: "NetworkManager" } }));
      return Object.entries(files).find(([path]) => path.includes("/system-connections/"))![1];
    });
    expect(wifisOf(...keyfiles)).toEqual(wanted);
  }, 120_000);

  it("give back those of the keyfile for bookworm", () => {
    expect(wifisOf(...plans.map(networkManagerKeyfile))).toEqual(wanted);
  });
});
