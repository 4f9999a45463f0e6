import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { dynamicDnsWorkload } from "../../components/dns/dynamicDnsWorkload.ts";
import type { Container } from "../../components/workload/workload.ts";
import { optionalProgram } from "../../lab/images/optionalPrograms.ts";
import type { ImagePod } from "./imagePod.ts";
import { imageLab, type ImageLab } from "./imageLab.ts";

const entrance = "entrance.home.example.com";
const { pod: spec } = dynamicDnsWorkload({ entrance, proxied: false, ttl: 300, paused: false });
const [updater, report] = spec.containers as [Container, Container];
const scripts = new URL("../../components/dns/", import.meta.url).pathname;
const slow = { timeout: 60_000 };

/** Starts the container that hears of updates, and gives what its probe says: nothing if all is well. */
function startReport({ images }: ImageLab, pod: ImagePod) {
  const mounts = {
    "/run/dynamic-dns": images.emptyDir(),
    "/etc/dynamic-dns/ready.sh": `${scripts}ready.sh`,
    "/etc/dynamic-dns/www/cgi-bin/heard": images.file(readFileSync(`${scripts}heard.sh`, "utf8"), 0o555),
  };
  const start = (container: Container) =>
    pod.start({ container, pod: spec, image: images.of(report), given: { mounts } });
  const started = start(report);
  const probe = { ...report, command: report.readinessProbe?.exec?.command ?? [] };
  const unready = async () => {
    const ran = start(probe);
    return (await ran.ended) === 0 ? "" : ran.said;
  };
  return { started, unready };
}

describe("the image of busybox", async () => {
  const lab = await imageLab([report]);

  it("takes the DNS updater's reports, and its probe says how they were", async () => {
    const pod = await lab.startPod();
    const { started, unready } = startReport(lab, pod);
    const tell = (url: string) =>
      pod.ask(8081, `/cgi-bin/heard/${url}`, { method: "POST", body: "set" }).status;
    await expect.poll(() => tell("ping"), slow).toBe(200);
    expect(started.process).toEqual({ uid: 1000, isRootReadOnly: true });
    expect(await unready()).toBe("");
    expect(tell("ping/fail")).toBe(200);
    expect(await unready()).toContain("the last update failed: set");
  });
});

describe("the image of the DNS updater", async () => {
  const lab = await imageLab([updater, report], optionalProgram("ddns").missing);

  it("starts, and reports in its pod that it reaches nobody", async () => {
    const pod = await lab.startPod();
    const { unready } = startReport(lab, pod);
    await expect.poll(() => pod.ask(8081, "/").status, slow).not.toBe(0);
    const mounts = { "/run/secrets/dynamic-dns": lab.images.folder({ "api-token": "t".repeat(40) }) };
    const image = lab.images.of(updater);
    const started = pod.start({ container: updater, pod: spec, image, given: { mounts } });
    await expect.poll(unready, slow).toContain("the last update failed");
    expect(started.process).toEqual({ uid: 1000, isRootReadOnly: true });
    const authorities = path.join(image.root, "etc/ssl/certs/ca-certificates.crt");
    expect(readFileSync(authorities, "utf8").match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(100);
  });
});
