// The package repositories that boards without an internet use.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import type { Socket } from "node:net";
import path from "node:path";
import { pipeline } from "node:stream";
import { gatewayAddress } from "./addresses.ts";
import { findBuilt, obtainBuilt, type Recipe, type Surroundings } from "./built.ts";
import type { VirtualBoardImage } from "./image.ts";
import { clusterImages } from "./images/build.ts";
import { currentBuild, type KubernetesBuild } from "./kubernetesBuild.ts";
import { manifestType } from "./images/oci.ts";
import type { BoardNetwork } from "./network.ts";
import { debianPackages } from "./packages/debian.ts";
import { kubernetesPackages } from "./packages/kubernetes.ts";
import { keyFile } from "./packages/repository.ts";

/** Repositories on a network of boards. */
export type PackageMirror = Awaited<ReturnType<typeof packageMirror>>;

interface Options extends Surroundings {
  network: BoardNetwork;
  image: VirtualBoardImage;
  /** Versions of Kubernetes that are there too, with images; a first build takes minutes. Default: none. */
  kubernetes?: readonly KubernetesBuild[];
}

/**
 * Serves package repositories on a network of boards, at its gateway. What they hold is downloaded or built
 * once; `areMirrorsBuilt` tells whether it was.
 *
 * @throws an Error with the last lines of a download or build that failed
 */
export async function packageMirror(options: Options) {
  const { network, image, kubernetes = [] } = options;
  const packages = await obtainBuilt(debianPackages(image), options);
  const registries: string[] = [];
  const folders: Record<string, string[]> = { debian: [packages], v2: registries };
  const repositories = new Map<string, ReturnType<typeof repository>>();
  for (const build of kubernetes) {
    const name = `kubernetes-${build.version}`;
    const folder = await obtainBuilt(kubernetesPackages(build), options);
    folders[name] = [folder];
    repositories.set(build.version, repository(name, folder));
    registries.push(path.join(await obtainBuilt(clusterImages(build), options), "v2"));
  }
  const requests: string[] = [];
  const answer = answerFrom(folders);
  const server = http.createServer((request, response) => {
    requests.push(request.url ?? "");
    answer(request, response);
  });
  const connections = new Set<Socket>();
  const listening = await network.listen(80);
  listening.on("connection", (connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
    server.emit("connection", connection);
  });
  return {
    /** The versions of Kubernetes that were asked for, by number. */
    kubernetes: repositories,
    /** Address of a registry with a cluster's images, if Kubernetes was asked for. */
    imageRepository: kubernetes.length === 0 ? undefined : `http://${gatewayAddress}`,
    /** Debian's repository in apt's deb822 form, for a fresh card. */
    aptSources: deb822(repository("debian", packages).key),
    /** What boards have asked for, in order: "/debian/InRelease". */
    requests,
    /** Ends it: boards' requests are then refused. */
    async stop() {
      const closed = new Promise((resolve) => listening.close(resolve));
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}

/** Whether `packageMirror` would have nothing to download or build for the current Kubernetes. Looks only. */
export function areMirrorsBuilt(image: VirtualBoardImage): boolean {
  return mirrorRecipes(image).every((recipe) => findBuilt(recipe) !== undefined);
}

/** What the repositories with the current version of Kubernetes are made of. */
export function mirrorRecipes(image: VirtualBoardImage): Recipe[] {
  return [debianPackages(image), kubernetesPackages(currentBuild), clusterImages(currentBuild)];
}

/** A package repository as apt wants it. */
function repository(name: string, folder: string) {
  const url = `http://${gatewayAddress}/${name}/`;
  return {
    /** A line for sources.list; %key% stands for where the board keeps the key. */
    line: `deb [signed-by=%key%] ${url} /`,
    /** The public key, armored. */
    key: readFileSync(path.join(folder, keyFile), "utf8"),
    /** Where boards find the key. */
    keyUrl: `${url}${keyFile}`,
  };
}

function deb822(key: string): string {
  const lines = key
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? " ." : ` ${line}`));
  return `Types: deb\nURIs: http://${gatewayAddress}/debian/\nSuites: /\nSigned-By:\n${lines.join("\n")}\n`;
}

/**
 * Serves /name/… from folders, the first that has the file: apt's repositories, and what containerd asks a registry
 * for when it pulls an image.
 *
 * @param folders the folders of each name
 */
export function answerFrom(folders: Readonly<Record<string, readonly string[]>>): http.RequestListener {
  return (request, response) => {
    const file = filesFor(request.url ?? "", folders).find((each) => existsSync(each));
    const status = file === undefined ? undefined : statSync(file);
    if (file === undefined || status?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-length", status.size);
    if (path.basename(path.dirname(file)) === "manifests") response.setHeader("content-type", manifestType);
    if (request.method === "HEAD") response.end();
    // A board that is switched off in the middle has no use for the rest.
    else pipeline(createReadStream(file), response, () => undefined);
  };
}

/** The files that a request's path may mean: /name/rest is `rest` in the folders of that name, and never above them. */
export function filesFor(url: string, folders: Readonly<Record<string, readonly string[]>>): string[] {
  const [, name = "", ...rest] = decodeURIComponent(url.replace(/\?.*/, "")).split("/");
  return (folders[name] ?? []).map((folder) => path.join(folder, path.resolve("/", ...rest)));
}
