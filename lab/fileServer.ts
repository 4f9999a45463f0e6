// Files of folders by HTTP, as apt and containerd ask for them.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import type http from "node:http";
import path from "node:path";
import { pipeline } from "node:stream";

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
    if (path.basename(path.dirname(file)) === "manifests")
      response.setHeader("content-type", mediaTypeOf(file));
    if (request.method === "HEAD") response.end();
    // A board that is switched off in the middle has no use for the rest.
    else pipeline(createReadStream(file), response, () => undefined);
  };
}

/** That of a manifest or an index, which says it itself. */
function mediaTypeOf(file: string): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { mediaType: string }).mediaType;
}

/** The files that a request's path may mean: /name/rest is `rest` in the folders of that name, and never above them. */
export function filesFor(url: string, folders: Readonly<Record<string, readonly string[]>>): string[] {
  const [, name = "", ...rest] = decodeURIComponent(url.replace(/\?.*/, "")).split("/");
  return (folders[name] ?? []).map((folder) => path.join(folder, path.resolve("/", ...rest)));
}
