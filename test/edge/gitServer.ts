import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import path from "node:path";

/** Serves bare repositories as plain files, one request for each object: git's oldest way over HTTP. */
export function gitServer(folder: string): Server {
  return createServer((request, response) => {
    const file = path.join(folder, path.normalize((request.url ?? "/").split("?", 1)[0]!));
    readFile(file).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
}
