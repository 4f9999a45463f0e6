// The package repositories that boards without an internet use.
import { readFileSync } from "node:fs";
import http from "node:http";
import type { Socket } from "node:net";
import path from "node:path";
import { gatewayAddress } from "./addresses.ts";
import { type Architecture, suffixOf } from "./architecture.ts";
import { findBuilt, obtainBuilt, type Recipe, type Surroundings } from "./built.ts";
import { answerFrom } from "./fileServer.ts";
import type { VirtualBoardImage } from "./image.ts";
import { imagesForBoth } from "./images/arm64.ts";
import { clusterImages } from "./images/build.ts";
import { currentBuild, type KubernetesBuild } from "./kubernetesBuild.ts";
import type { BoardNetwork } from "./network.ts";
import { containerdPackages } from "./packages/containerd.ts";
import { debianPackages } from "./packages/debian.ts";
import { kubernetesPackages } from "./packages/kubernetes.ts";
import { keyFile } from "./packages/repository.ts";

/** Repositories on a network of boards. */
export type PackageMirror = Awaited<ReturnType<typeof packageMirror>>;

interface Options extends Surroundings {
  network: BoardNetwork;
  image: VirtualBoardImage;
  /** The image of boards for arm64: then packages and images are there for them, too. Default: there are none. */
  arm64?: VirtualBoardImage | undefined;
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
  const { network, image, arm64, kubernetes = [] } = options;
  const registries: string[] = [];
  const folders: Record<string, string[]> = { v2: registries };
  const aptSources: Partial<Record<Architecture, string>> = {};
  const boards = [image, ...(arm64 === undefined ? [] : [arm64])];
  const architectures = boards.map(({ architecture }) => architecture);
  for (const board of boards) {
    const name = `debian${suffixOf(board.architecture)}`;
    const folder = await obtainBuilt(debianPackages(board), options);
    folders[name] = [folder];
    aptSources[board.architecture] = deb822(name, folder);
  }
  const repositories = new Map<string, ReturnType<typeof repository>>();
  for (const build of kubernetes) {
    const name = `kubernetes-${build.version}`;
    const folder = await obtainBuilt(kubernetesPackages(build, architectures), options);
    folders[name] = [folder];
    repositories.set(build.version, repository(name, folder));
    const images = arm64 === undefined ? [clusterImages(build)] : imagesForBoth(build);
    for (const recipe of images) registries.push(path.join(await obtainBuilt(recipe, options), "v2"));
  }
  let containerd: ReturnType<typeof repository> | undefined;
  if (kubernetes.length > 0) {
    const folder = await obtainBuilt(containerdPackages(architectures), options);
    folders.containerd = [folder];
    containerd = repository("containerd", folder);
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
    /** containerd's, if Kubernetes was asked for. */
    containerd,
    /** Address of a registry with a cluster's images, if Kubernetes was asked for. */
    imageRepository: kubernetes.length === 0 ? undefined : `http://${gatewayAddress}`,
    /** Debian's repository for each architecture in apt's deb822 form, for a fresh card. */
    aptSources,
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
  return [
    debianPackages(image),
    containerdPackages(),
    kubernetesPackages(currentBuild),
    clusterImages(currentBuild),
  ];
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

function deb822(name: string, folder: string): string {
  const lines = repository(name, folder)
    .key.trimEnd()
    .split("\n")
    .map((line) => (line === "" ? " ." : ` ${line}`));
  return `Types: deb\nURIs: http://${gatewayAddress}/${name}/\nSuites: /\nSigned-By:\n${lines.join("\n")}\n`;
}
