import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Ask, NoAnswerError, recordedAnswers } from "../../../commands/updates/answers.ts";
import { type Finding, findUpdates } from "../../../commands/updates/find.ts";
import { type Pin, pinsOf } from "../../../commands/updates/pins.ts";
import { repositoryUrl } from "../../../commands/updates/sources.ts";
import { findingsText } from "../../../commands/updates/text.ts";
import { augustPins } from "./august.ts";

const answersFile = fileURLToPath(new URL("answers.json", import.meta.url));
const { ask: recorded } = await recordedAnswers(answersFile);
const nobody: Ask = (url) => Promise.reject(new NoAnswerError(url, "can't be reached"));

/** Recorded answers, some of them others. */
const answering =
  (others: Readonly<Record<string, unknown>>): Ask =>
  (url) =>
    url in others ? Promise.resolve({ body: others[url] }) : recorded(url);

const pinned = (file: string, name: string): Pin => {
  const found = augustPins().find((pin) => pin.file === file && pin.name === name);
  if (!found) throw new Error(`${file} pins no ${name}`);
  return found;
};
const of = async (pin: Pin, ask = recorded): Promise<Finding> => (await findUpdates([pin], ask))[0]!;
const traefik = pinned("components/ingress/images.ts", "traefik");
const traefikList = "https://api.github.com/repos/traefik/traefik/releases?per_page=100";

describe("what is newer than in August", () => {
  it.each([
    ["package.json", "@pulumi/pulumi", "3.276.0", undefined],
    ["package.json", "pulumi", "3.265.0", undefined],
    ["package.json", "@pulumi/kubernetes", "4.34.2", undefined],
    ["package.json", "@pulumi/datadog", "5.11.0", undefined],
    ["package.json", "@pulumi/random", "4.21.2", undefined],
    ["package.json", "@pulumi/command", "1.2.1", undefined],
    ["package.json", "@pulumi/cloudflare", "6.22.1", undefined],
    ["package.json", "@pulumi/policy", "1.21.0", undefined],
    ["package.json", "typescript", "7.0.2", undefined],
    ["package.json", "vitest", "5.1.2", undefined],
    ["tools/go.mod", "k8s.io/kubernetes", "1.36.3", "1.37.2"],
    ["tools/go.mod", "go.etcd.io/etcd/server/v3", "3.6.16", "3.7.3"],
    ["tools/catalogue.ts", "kubernetes", "1.36.4", "1.37.1"],
    ["lab/modules/edge/go.mod", "github.com/traefik/traefik/v3", "3.7.13", undefined],
    ["components/flannel/images.ts", "flannel", "v0.28.10", undefined],
    ["components/dns/images.ts", "cloudflare-ddns", "1.18.0", undefined],
    ["components/ingress/images.ts", "traefik", "v3.7.18", undefined],
    ["components/workload/images.ts", "restic", "0.20.0", undefined],
    ["components/workload/images.ts", "node", "24.22.1-trixie-slim", "26.10.0-trixie-slim"],
    ["commands/esphome/requirements.txt", "esphome", "2026.10.2", undefined],
  ])("%s: %s has %s", async (file, name, update, beyond) => {
    const found = await of(pinned(file, name));
    expect(found.state).toBe("newer");
    expect([found.update?.version, found.beyond?.version]).toEqual([update, beyond]);
  });

  it.each([
    ["components/ingress/images.ts", "traefik", "CVE-2026-137481"],
    ["components/ingress/images.ts", "traefik", "3.7.12: its notes speak of security"],
    ["components/dns/images.ts", "cloudflare-ddns", "CVE-2026-111943"],
    ["components/workload/images.ts", "restic", "security fixes of restore"],
    ["components/workload/images.ts", "node", "24.22.1: a security release"],
    ["components/gogs/images.ts", "gogs", "gogs#8390"],
    ["components/gogs/images.ts", "gogs", "GHSA-3g28-2vwg-gxq6: Open redirect"],
  ])("%s: %s should be left because of %s", async (file, name, why) => {
    expect((await of(pinned(file, name))).security.join("\n")).toContain(why);
  });

  it("is told with security first", async () => {
    const text = findingsText(await findUpdates(augustPins(), recorded));
    const [security = "", rest = ""] = text.split("Also newer:");
    for (const name of ["traefik ", "cloudflare-ddns ", "restic ", "node ", "gogs "])
      expect(security).toContain(`  ${name}`);
    expect(security).not.toContain("vitest");
    expect(rest).toMatch(/flannel +v0\.28\.8 +v0\.28\.10 +2026-10-08/);
    expect(rest).toContain("npm install --save-exact @pulumi/pulumi@3.276.0");
  });

  it("is not what a version before a release, or of another form, is", async () => {
    const versions = (await findUpdates(augustPins(), recorded)).flatMap((each) => [
      each.update?.version,
      each.beyond?.version,
    ]);
    expect(versions.join()).not.toMatch(/rc|beta|helm|glibc|3\.8\.0|0\.46\.0/);
  });
});

it.each(["draft", "prerelease"])("a %s is no release, whatever its tag", async (kind) => {
  const body = [
    { tag_name: "v3.9.0", [kind]: true },
    { tag_name: "v3.7.18", body: null },
  ];
  const found = await of(traefik, answering({ [traefikList]: body }));
  expect([found.update?.version, found.beyond]).toEqual(["v3.7.18", undefined]);
});

describe("what is pinned today", () => {
  it("is current where the list ends with it", async () => {
    const found = await findUpdates(pinsOf("home"), recorded);
    const busybox = found.find(({ pin }) => pin.name === "busybox");
    expect(busybox).toMatchObject({ state: "current", update: undefined, security: [], notAsked: [] });
  });
});

describe("without an answer", () => {
  it("nothing is current, and everything is named", async () => {
    const pins = pinsOf("home");
    const found = await findUpdates(pins, nobody);
    expect(new Set(found.map(({ state }) => state))).toEqual(new Set(["unknown"]));
    const text = findingsText(found);
    expect(text).toContain(`${pins.length} pins: 0 with an update, 0 current, ${pins.length} not known.`);
    expect(text).toContain("No source answered");
    expect(text).not.toMatch(/is the newest|\b[1-9]\d* current/);
    for (const host of ["api.github.com", "registry.npmjs.org", "proxy.golang.org", "nodejs.org", "pypi.org"])
      expect(text).toContain(`  ${host}: can't be reached`);
    // What bramble knows by itself, it says all the same.
    expect(text).toContain("gogs#8390");
  });

  it.each([
    ["an empty list", []],
    ["a list that was made before the pinned version", [{ tag_name: "v3.7.2", body: null }]],
    ["no list", { message: "API rate limit exceeded" }],
    ["a list of other things", [{ tag_name: "helm-1.2.3" }]],
  ])("%s is none", async (_, body) => {
    const found = await of(traefik, answering({ [traefikList]: body }));
    expect(found).toMatchObject({ state: "unknown", update: undefined });
    expect(found.notAsked[0]?.url).toBe(traefikList);
  });

  it("of the registry, an update has no digest", async () => {
    const ask: Ask = (url) => (url.includes("/manifests/") ? nobody(url) : recorded(url));
    const found = await of(traefik, ask);
    expect([found.update?.version, found.update?.digest]).toEqual(["v3.7.18", undefined]);
    expect(found.notAsked[0]?.url).toBe("https://registry-1.docker.io/v2/library/traefik/manifests/v3.7.18");
  });
});

describe("an image", () => {
  const manifest = "https://registry-1.docker.io/v2/library/traefik/manifests/v3.7.18";

  it("that is not there yet is no update", async () => {
    const ask: Ask = (url) =>
      url === manifest ? Promise.reject(new NoAnswerError(url, "answered 404", true)) : recorded(url);
    const found = await of(traefik, ask);
    expect(found).toMatchObject({ state: "unknown", update: undefined });
    expect(found.remarks).toEqual(["v3.7.18 is released, and there is no image of it yet"]);
  });

  it("that is not for arm64 is no update", async () => {
    const body = { manifests: [{ platform: { architecture: "amd64" } }] };
    const found = await of(traefik, answering({ [manifest]: body }));
    expect(found.remarks).toEqual(["v3.7.18 is released, and there is no image of it for arm64"]);
  });

  it.each([
    ["traefik", "https://registry-1.docker.io/v2/library/traefik"],
    ["gogs/gogs", "https://registry-1.docker.io/v2/gogs/gogs"],
    ["ghcr.io/a/b", "https://ghcr.io/v2/a/b"],
    ["localhost:5000/a", "https://localhost:5000/v2/a"],
  ])("%s is looked up at %s", (image, url) => expect(repositoryUrl(image)).toBe(url));
});

describe("advisories", () => {
  it("count whose range has the pinned version", async () => {
    const { security } = await of(traefik);
    expect(security).toContain("CVE-2026-137481: Path parameters pass rules");
    expect(security.join()).not.toContain("Of long ago");
  });
});
