import { expect, it } from "vitest";
import { takenOffline, withPlaceholders } from "../../settings/secrets.ts";
import { settingsOf, settingsOfFile } from "../../settings/settings.ts";
import { extended, readStackFile } from "../../settings/stackFile.ts";

const home = {
  "bramble:boards": [{ name: "pi4-1" }],
  "bramble:domain": "home.example.com",
  "bramble:ingress": { board: "pi3-1", acme: { email: "me@example.com" } },
  "bramble:datadog": { site: "datadoghq.eu", apiKey: { secure: "v1:abc:encrypted" } },
};
const rehearsed = (own: Record<string, unknown>) => withPlaceholders(extended(home, own));

it("takes over what is not set, and lays what is set over it key by key", () => {
  const config = rehearsed({
    "bramble:ingress": { certificates: "selfSigned" },
    "bramble:domain": "test.example.com",
  });
  expect(config["bramble:boards"]).toEqual(home["bramble:boards"]);
  expect(config["bramble:domain"]).toBe("test.example.com");
  expect(config["bramble:ingress"]).toEqual({ ...home["bramble:ingress"], certificates: "selfSigned" });
});

it("has a placeholder for every secret, encrypted or absent, the same each time", () => {
  const config = rehearsed({ "bramble:dns": {} });
  expect(JSON.stringify(config)).not.toContain("encrypted");
  expect(config["bramble:datadog"]).toMatchObject({
    site: "datadoghq.eu",
    apiKey: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  });
  expect(config["bramble:dns"]).toMatchObject({
    apiToken: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
  });
  expect(rehearsed({ "bramble:dns": {} })).toEqual(config);
});

it("has none for an app that is left out", () => {
  expect(rehearsed({})).not.toHaveProperty("bramble:dns");
});

it("asks nobody outside, and adds no app for that", () => {
  const offline = takenOffline({ ...home, "bramble:dns": {} });
  expect(offline["bramble:ingress"]).toEqual({ ...home["bramble:ingress"], certificates: "selfSigned" });
  expect(offline["bramble:datadog"]).toMatchObject({ site: "datadoghq.eu", dashboards: false });
  expect(offline["bramble:dns"]).toEqual({ paused: true });
  const bare = { "bramble:domain": home["bramble:domain"] };
  expect(takenOffline(bare)).toEqual(bare);
});

it("asks them where it says so", () => {
  const settings = settingsOf(
    "test",
    { "bramble:extends": "home", "bramble:cluster": { kubeconfig: "k" }, "bramble:dns": { paused: false } },
    () => true,
  );
  expect(settings.dns?.paused).toBe(false);
  expect(settings.ingress?.certificates).toBe("selfSigned");
});

it("the repository's own rehearsal is right, and follows home", () => {
  const settings = settingsOfFile("rehearsal").settings;
  const boards = readStackFile("home")["bramble:boards"];
  expect(settings.boards).toMatchObject(boards as object[]);
  expect(settings.cluster.kubeconfig).toBe(".rehearsal/kubeconfig");
  expect(boards).not.toContainEqual(expect.objectContaining({ hostKey: expect.anything() as unknown }));
  expect(settings.ingress?.certificates).toBe("selfSigned");
  expect(settings.dns?.paused).toBe(true);
  expect(settings.datadog?.dashboards).toBe(false);
});

it("an error is told with both files", () => {
  const config = { ...readStackFile("rehearsal"), "bramble:gogs": { hots: "git" } };
  expect(() => settingsOf("rehearsal", config, () => false)).toThrow(
    /^1 error in the settings of rehearsal \(stacks\/Pulumi.rehearsal.yaml, which extends stacks\/Pulumi.home.yaml\):\n {2}bramble:gogs.hots: unknown/,
  );
});
