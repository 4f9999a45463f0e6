import { expect, it } from "vitest";
import { settingsOf } from "../../settings/settings.ts";
import { completed } from "../../settings/unset.ts";
import { type Config, section, settings } from "./smallCluster.ts";

const set = { secure: "v1:encrypted" };

/** What is unset in settings that need nothing but what a change takes out. */
function unsetIn(change: (config: Config) => void) {
  const whole = settings((config) => {
    section(config, "dns").apiToken = set;
    section(config, "datadog").apiKey = set;
    change(config);
  });
  return completed("home", whole);
}

it.each<[string, (config: Config) => void, Record<string, string>]>([
  ["nothing, where all is set", () => undefined, {}],
  [
    "a section's secret",
    (config) => delete section(config, "dns").apiToken,
    { "bramble:dns.apiToken": "npx pulumi config set --secret --path 'bramble:dns.apiToken' -s home" },
  ],
  ["nothing of a section that is omitted", (config) => delete config["bramble:dns"], {}],
  [
    "no secret that is generated if omitted",
    (config) => (section(config, "ingress").login = { user: "me" }),
    {},
  ],
  [
    "what another setting needs",
    (config) =>
      (config["bramble:backup"] = { s3: { endpoint: "https://s3.lan", bucket: "b-1" }, accessKey: set }),
    {
      "bramble:backup.secretKey": "npx pulumi config set --secret --path 'bramble:backup.secretKey' -s home",
    },
  ],
  [
    "each host key, where bramble sets up the boards",
    (config) => delete config["bramble:cluster"],
    {
      "bramble:boards[0].hostKey": "npm run card -- home pi4-1 --to DIR",
      "bramble:boards[1].hostKey": "npm run card -- home pi3-1 --to DIR",
    },
  ],
])("names %s", (_, change, expected) => {
  const { unset } = unsetIn(change);
  expect(Object.fromEntries(unset.map(({ path, command }) => [path, command]))).toEqual(expected);
});

it("completes the configuration, so that all else can be checked, and reads no secret", () => {
  const { config, unset } = unsetIn((each) => {
    delete each["bramble:cluster"];
    delete section(each, "dns").apiToken;
  });
  expect(unset.map(({ secret }) => secret !== undefined)).toEqual([true, false, false]);
  const { boards } = settingsOf("home", config, () => true);
  expect(new Set(boards.map(({ hostKey }) => hostKey)).size).toBe(2);
  expect(JSON.stringify(config)).not.toContain("encrypted");
});

it("leaves an error that is none of these to be told", () => {
  const { config, unset } = unsetIn((each) => {
    delete each["bramble:cluster"];
    section(each, "gogs").hots = "git";
  });
  expect(unset).toHaveLength(2);
  expect(() => settingsOf("home", config, () => true)).toThrow(
    /^1 error in .*\n {2}bramble:gogs.hots: unknown/,
  );
});

it("does not take a wrong host key for a missing one", () => {
  const { unset } = unsetIn((each) => {
    delete each["bramble:cluster"];
    Object.assign((each["bramble:boards"] as Config[])[0]!, { hostKey: "AAAA" });
  });
  expect(unset.map(({ path }) => path)).toEqual(["bramble:boards[1].hostKey"]);
});
