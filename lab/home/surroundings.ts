// What a lab that is a home has besides boards.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { App } from "../../components/app/app.ts";
import { apps } from "../../components/apps.ts";
import { boardAddress } from "../addresses.ts";
import type { Surroundings } from "../built.ts";
import { appsWithoutImage } from "../images/optionalImages.ts";
import type { BoardNetwork } from "../network.ts";
import { startOutside } from "../outside/outside.ts";
import type { LabSettings } from "../settings.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import { homeSettings, placeOfEntrance } from "./settings.ts";

/** What is around the boards of a home, and the settings that fit it. */
export interface HomeSurroundings {
  readonly settings: LabSettings;
  readonly around: Neighbourhood;
  stop(): Promise<void>;
}

/** Ports of the entrance that the home's router forwards: pages, and git by ssh. */
const forwarded = [80, 443, 2222];

/**
 * Connects a home to the internet, and puts people around it.
 *
 * @param folder for files, removed with the lab
 * @param surroundings `say` is told what of stacks/Pulumi.home.yaml is otherwise here
 */
export async function homeSurroundings(
  network: BoardNetwork,
  folder: string,
  surroundings: Surroundings,
): Promise<HomeSurroundings> {
  const { say = () => undefined } = surroundings;
  const withoutImage = appsWithoutImage().map(({ app, reason }) => [app, reason]);
  const dns = "it needs a zone at Cloudflare";
  const without = Object.fromEntries([...withoutImage, ["dns", dns]]) as Record<string, string>;
  const entrance = boardAddress(placeOfEntrance());
  const outside = await startOutside(network, { ...surroundings, folder, entrance, ports: forwarded });
  const { acme, ca, router } = outside;
  const { settings, diff } = homeSettings({ acme: { directory: acme.directoryUrl, ca }, without });
  for (const host of hostsOf(settings)) outside.dns.set(host, "A", router.address);
  const root = path.join(folder, "root.pem");
  await writeFile(root, await acme.root());
  for (const line of diff.split("\n")) say(line);
  for (const [section, why] of Object.entries(without)) say(`${section} is omitted: ${why}`);
  return { settings, around: { ...outside, root }, stop: () => outside.stop() };
}

/** The names of the home's pages. */
export function hostsOf(settings: LabSettings): string[] {
  return Object.entries<App>(apps).flatMap(([section, app]) => {
    if (settings[section] === undefined) return [];
    const published = app.publish?.(app.schema.parse(settings[section])) ?? [];
    return published.map(({ host }) => `${host}.${String(settings.domain)}`);
  });
}
