import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { agentConfigFile } from "../../components/datadog/agentConfig.ts";
import { datadogWorkload } from "../../components/datadog/agentWorkload.ts";
import { gatewayBundle } from "../../components/sensors/bundle.ts";
import { sensorGateway, sensorGatewayWorkload } from "../../components/sensors/gatewayWorkload.ts";
import type { Container } from "../../components/workload/workload.ts";
import { device, password, tokenOf } from "../gateway/gatewayOf.ts";
import { imageLab } from "./imageLab.ts";

const off = { traces: false, processes: false, logs: false, verifyKubelet: false };
const agents = datadogWorkload({ site: "datadoghq.eu", clusterName: "home", ...off }).pod;
const [agent, board] = agents.containers as [Container, Container];
const [socketOwner] = agents.initContainers as [Container];
const sensors = sensorGatewayWorkload({ dogstatsdPort: 8125, networks: ["127.0.0.0/8"] }).pod;
const [gateway] = sensors.containers as [Container];
const script = new URL("../../components/datadog/board.sh", import.meta.url).pathname;
const [healthPort, metricsPort] = [5555, 9102];

const probe = ({ httpGet }: NonNullable<Container["livenessProbe"]> = {}) => httpGet?.path ?? "";
const slow = { timeout: 30_000 };

describe("the stand-in for Datadog's agent", async () => {
  const lab = await imageLab([agent, gateway]);

  /** Runs it as its pod does, the owner of its socket's folder first. */
  async function start({ config = agentConfigFile(off), socket = lab.images.emptyDir(0o755) } = {}) {
    const { images } = lab;
    const pod = await lab.startPod();
    const image = images.of(agent);
    const given = { mounts: { "/var/run/datadog": socket } };
    const owner = pod.start({ container: socketOwner, pod: agents, image, given });
    expect(await owner.ended, owner.said).toBe(0);
    const mounts = {
      "/etc/datadog-agent/datadog.yaml": images.file(config),
      "/opt/datadog-agent/run": images.emptyDir(),
      "/tmp": images.emptyDir(),
      "/var/run/datadog": socket,
      "/host/proc": "/proc",
      "/host/sys/fs/cgroup": "/sys/fs/cgroup",
    };
    const env = { DD_API_KEY: "0".repeat(32), DD_HOSTNAME: "pi3-1" };
    const started = pod.start({ container: agent, pod: agents, image, given: { mounts, env } });
    return { pod, started, socket };
  }

  it("answers the agent's probes, as its user, on a read-only root", async () => {
    const { pod, started, socket } = await start();
    const paths = [agent.startupProbe, agent.readinessProbe, agent.livenessProbe].map(probe);
    expect(paths).toEqual(["/startup", "/ready", "/live"]);
    for (const url of paths) await expect.poll(() => pod.ask(healthPort, url).status, slow).toBe(200);
    expect(pod.ask(healthPort, "/other").status).toBe(404);
    expect(started.process).toEqual({ uid: 100, isRootReadOnly: true });
    const { mode, uid } = fs.statSync(path.join(socket, "dsd.socket"));
    expect([(mode & 0o777).toString(8), uid]).toEqual(["722", 100]);
    expect(await started.end("SIGTERM"), started.said).toBe(0);
    expect(started.said).toContain("Starting StatsD");
  });

  it("starts again beside the socket that one before has left", async () => {
    const { pod, started, socket } = await start();
    await expect.poll(() => pod.ask(healthPort, "/ready").status, slow).toBe(200);
    await started.end("SIGKILL");
    expect(fs.existsSync(path.join(socket, "dsd.socket"))).toBe(true);
    const again = await start({ socket });
    await expect.poll(() => again.pod.ask(healthPort, "/ready").status, slow).toBe(200);
  });

  it("does not start without a port for DogStatsD in datadog.yaml", async () => {
    const config = agentConfigFile(off).replace(/^dogstatsd_port: \d+$/m, "");
    const { started } = await start({ config });
    expect(await started.ended).not.toBe(0);
    expect(started.said).not.toContain("Starting StatsD");
  });

  it("takes what board.sh beside it sends", async () => {
    const { pod } = await start();
    await expect.poll(() => pod.ask(healthPort, "/startup").status, slow).toBe(200);
    const { images } = lab;
    const sysfs = images.emptyDir();
    fs.mkdirSync(path.join(sysfs, "class/thermal/thermal_zone0"), { recursive: true });
    fs.writeFileSync(path.join(sysfs, "class/thermal/thermal_zone0/temp"), "48250\n");
    const given = { mounts: { "/etc/bramble/board.sh": script, "/sys": sysfs } };
    const probed = pod.start({ container: board, pod: agents, image: images.of(board), given });
    const shown = () => pod.ask(metricsPort, "/metrics").body;
    await expect.poll(shown, slow).toMatch(/^bramble_board_temperature 48\.2$/m);
    expect(probed.process).toEqual({ uid: 100, isRootReadOnly: true });
  });

  it("shows a reading that Node's image has sent on, with its tags", async () => {
    const { pod } = await start();
    await expect.poll(() => pod.ask(healthPort, "/startup").status, slow).toBe(200);
    const { images } = lab;
    const code = images.emptyDir();
    fs.writeFileSync(path.join(code, sensorGateway.codeFile), gatewayBundle());
    fs.writeFileSync(path.join(code, sensorGateway.devicesFile), JSON.stringify([device()]));
    const secrets = images.emptyDir();
    const content = { page: password, tokens: { kitchen: tokenOf("kitchen") } };
    fs.writeFileSync(path.join(secrets, sensorGateway.secretsFile), JSON.stringify(content));
    const mounts = { "/srv/sensor-gateway": code, "/run/secrets/sensor-gateway": secrets };
    const given = { mounts, env: { DOGSTATSD_HOST: "127.0.0.1" } };
    const started = pod.start({ container: gateway, pod: sensors, image: images.of(gateway), given });
    await expect
      .poll(() => pod.ask(sensorGateway.port, probe(gateway.readinessProbe)).status, slow)
      .toBe(200);
    expect(started.process).toEqual({ uid: 1000, isRootReadOnly: true });
    const posted = pod.ask(sensorGateway.port, "/readings", {
      method: "POST",
      headers: { authorization: `Bearer ${tokenOf("kitchen")}`, "content-type": "application/json" },
      body: JSON.stringify({ temperature: 21.4, humidity: 48.2 }),
    });
    expect(posted.status).toBe(204);
    const metric = 'home_temperature{board="d1_mini",room="kitchen",sensor="kitchen"} 21.4';
    const shown = () => pod.ask(metricsPort, "/metrics").body;
    await expect.poll(shown, slow).toContain(metric);
    expect(shown()).toMatch(/^statsd_exporter_tag_errors_total 0$/m);
  });
});
