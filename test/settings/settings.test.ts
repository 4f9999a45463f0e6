import { describe, expect, it } from "vitest";
import { settingsOf } from "../../settings/settings.ts";
import { hostKeyOf } from "./files.ts";
import { board, type Config, errorsOf, section, settings } from "./smallCluster.ts";

describe("settings that are right", () => {
  it("are accepted, with defaults filled in and secrets as Outputs", () => {
    const parsed = settingsOf("home", settings(), () => true);
    expect(parsed.gogs).toMatchObject({
      host: "gogs",
      size: "8Gi",
      volume: "board",
      sshPort: 2222,
      restore: "newest",
    });
    expect(parsed.cluster.podSubnet).toBe("10.244.0.0/16");
    expect(JSON.stringify(parsed.datadog?.apiKey)).not.toContain("0000");
  });

  it.each(["dns", "gogs", "datadog", "sensors", "storage"])(
    "leave out %s, and nothing of it is there",
    (app) => {
      const without = settings((config) => {
        for (const each of app === "dns" ? ["dns", "ingress", "gogs", "sensors"] : []) {
          config[`bramble:${each}`] = undefined;
        }
        if (app === "datadog") delete config["bramble:sensors"];
        if (app === "storage") delete config["bramble:gogs"];
        for (const [key, value] of Object.entries(config)) {
          if (value === undefined || key === `bramble:${app}`) Reflect.deleteProperty(config, key);
        }
      });
      expect(settingsOf("home", without, () => true)).not.toHaveProperty(app);
    },
  );

  it("describe a board of one's own by ram and cores", () => {
    const own = settings((config) => {
      (config["bramble:boards"] as Config[])[1] = {
        name: "pi3-1",
        ram: 1024,
        cores: 4,
        role: "worker",
        host: "pi3-1.lan",
      };
    });
    expect(settingsOf("home", own, () => true).boards[1]).toMatchObject({ ram: 1024, cores: 4 });
  });
});

/** The same with boards that bramble sets up. */
function bootstrapped(change: (config: Config) => void = () => undefined): Config {
  return settings((config) => {
    delete config["bramble:cluster"];
    const boards = config["bramble:boards"] as Config[];
    boards.forEach((each, i) => Object.assign(each, { hostKey: hostKeyOf(i) }));
    change(config);
  });
}

describe("boards that bramble sets up", () => {
  it("need no section about their cluster, and are logged in to as pi", () => {
    const parsed = settingsOf("home", bootstrapped(), () => true);
    expect(parsed.cluster).toMatchObject({ network: "flannel" });
    expect(parsed.cluster).not.toHaveProperty("kubeconfig");
    expect(parsed.boards.map(({ user }) => user)).toEqual(["pi", "pi"]);
  });
  it("need a hostKey each, unless there is a kubeconfig", () => {
    const withoutKey = (config: Config) => delete board(config, 1).hostKey;
    expect(errorsOf(bootstrapped(withoutKey))).toEqual([
      {
        path: "bramble:boards[1].hostKey",
        code: "host-key-missing",
        message: expect.stringContaining("npm run card -- home pi3-1 --to DIR") as string,
      },
    ]);
    const given = (config: Config) => (config["bramble:cluster"] = { kubeconfig: "kubeconfig.home" });
    expect(errorsOf(bootstrapped((config) => [withoutKey(config), given(config)]))).toEqual([]);
  });
  it("need a version, a port and a repository of the right form", () => {
    const errors = errorsOf(
      bootstrapped((config) => {
        board(config, 0).port = 0;
        config["bramble:cluster"] = { version: "latest", kubernetesRepository: { line: "x", key: "y" } };
      }),
    );
    expect(errors.map(({ path }) => path).sort()).toEqual([
      "bramble:boards[0].port",
      "bramble:cluster.kubernetesRepository.key",
      "bramble:cluster.kubernetesRepository.line",
      "bramble:cluster.version",
    ]);
  });
  it("keep a private key out of every error", () => {
    const errors = errorsOf(bootstrapped((config) => (config["bramble:ssh"] = { privateKey: "s3cr3t" })));
    expect(errors[0]?.message).toContain("must be a private key in OpenSSH form");
    expect(JSON.stringify(errors)).not.toContain("s3cr3t");
  });
});

describe("errors", () => {
  it("shows no secret, neither a malformed nor a plain one", () => {
    const malformed = errorsOf(settings((config) => (section(config, "datadog").apiKey = "s3cr3t")));
    expect(malformed).toEqual([expect.objectContaining({ path: "bramble:datadog.apiKey", code: "invalid" })]);
    const plain = errorsOf(settings(), false);
    expect(plain.map(({ path, code }) => [path, code])).toContainEqual([
      "bramble:datadog.apiKey",
      "plain-secret",
    ]);
    expect(JSON.stringify([malformed, plain])).not.toMatch(/s3cr3t|0{32}|t{40}/);
  });

  it("all errors come in one message", () => {
    const config = settings((all) => {
      all["brambel:gogs"] = {};
      all["bramble:gogs"] = { hosts: "git" };
      section(all, "cluster").podSubnet = "10.244.0.0/33";
      all["bramble:boards"] = [
        { name: "pi", model: "rpi-3c", role: "worker", host: "192.168.1.11" },
        { name: "pi", model: "rpi-3b", role: "worker", host: "192.168.1.12", ram: -5 },
      ];
    });
    expect(() => settingsOf("home", config, () => true)).toThrow(/^9 errors in the settings of home/);
    expect(
      errorsOf(config)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([
      "brambel:gogs",
      "bramble:boards",
      "bramble:boards[0].model",
      "bramble:boards[1].name",
      "bramble:boards[1].ram",
      "bramble:cluster.podSubnet",
      "bramble:gogs.hosts",
      "bramble:ingress.board",
      "bramble:storage.board",
    ]);
  });
});
