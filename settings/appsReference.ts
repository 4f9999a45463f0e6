import { planBoards } from "../components/board/board.ts";
import { memoryLimit, memoryRequest } from "../components/capacity/podNeeds.ts";
import { backupsOf } from "../components/app/deployApps.ts";
import { apps } from "../components/apps.ts";
import { repositoryOf } from "../components/workload/images.ts";
import { appParts, loadsOf, partsOf } from "./apps.ts";
import { settingsSchema } from "./schema.ts";

/** A small cluster with everything that is optional, and each of bramble's own apps as in its descriptor's example. */
export function exampleSettings() {
  const examples = Object.entries(apps).map(([section, { example }]) => [section, example]);
  return settingsSchema.parse({
    boards: [
      { name: "pi4-1", model: "rpi-4b-2gb", role: "controlPlane", host: "192.168.1.10" },
      { name: "pi3-1", model: "rpi-3b", role: "worker", host: "192.168.1.11" },
      { name: "pi3-2", model: "rpi-3b", role: "worker", host: "192.168.1.12" },
    ],
    cluster: { kubeconfig: "kubeconfig", isolation: true },
    domain: "home.example.com",
    ...Object.fromEntries(examples),
  });
}

/** Repositories of all images of a cluster with every app. All have a variant for linux/arm64. */
export function imageRepositories(): string[] {
  const settings = exampleSettings();
  const boards = planBoards(settings.boards);
  const pods = loadsOf(partsOf(settings, "home", boards), boards).map(({ pod }) => pod);
  const containers = pods.flatMap((pod) => [...(pod.initContainers ?? []), ...pod.containers]);
  return [
    ...new Set(containers.flatMap(({ image }) => (image === undefined ? [] : repositoryOf(image)))),
  ].sort();
}

/** bramble's own apps with what each takes, in Markdown. */
export function appsReference(): string {
  const settings = exampleSettings();
  const all = appParts(settings, "home", planBoards(settings.boards));
  const rows = all
    .filter(({ section }) => section !== "apps" && section !== "storage")
    .map(({ section, app, own, parts }) => {
      const pods = parts
        .flatMap(({ loads = [] }) => loads)
        .map(({ name, kind, pod }) => {
          const each = kind === "DaemonSet" ? ", on each board" : "";
          return `${name}: ${memoryRequest(pod)} to ${memoryLimit(pod)}${each}`;
        });
      const saved = backupsOf(parts).map(({ source }) => source.data.claim);
      const cells = [
        `[\`bramble:${section}\`](${app.page})`,
        (app.publish?.(own) ?? []).map(({ host }) => host).join(", "),
        pods.join("<br>"),
        saved.join(", "),
      ];
      return `| ${cells.join(" | ")} |`;
    });
  return `# Included apps

bramble's own apps; for yours see [apps](apps.md). Generated from their descriptors (\`components/<app>/app.ts\`) by \`npm run generate\`. The least that
an app needs, with memory in MiB: what its pods request, and the limit at which the kernel stops them.

| settings | host | pods and their memory | backed up |
|---|---|---|---|
${rows.join("\n")}
`;
}
