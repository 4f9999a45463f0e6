// A release's host on this machine, which can also fail in the ways that hosts do.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type Answer = (response: http.ServerResponse) => void;

export interface ReleaseServer {
  url: string;
  /** How often it was asked. */
  requests: () => number;
  /** Changes what it answers from now on. */
  answer: (next: Answer) => void;
}

/** A server on 127.0.0.1 that answers every request alike. It ends with the test. */
export async function releaseServer(first: Answer): Promise<ReleaseServer> {
  let current = first;
  let count = 0;
  const server = http.createServer((_request, response) => {
    count += 1;
    current(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  );
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/thorn`,
    requests: () => count,
    answer: (next) => {
      current = next;
    },
  };
}

/** The whole file. */
export function whole(content: string | Buffer): Answer {
  return (response) => response.end(content);
}

/** A status without a file. */
export function status(code: number): Answer {
  return (response) => response.writeHead(code).end("not here");
}

/** The first half of the file, and then a closed connection although the whole length was announced. */
export function cut(content: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.slice(0, content.length / 2), () => response.destroy());
  };
}

/** The first half of the file, as if it was all of it. */
export function truncated(content: string): Answer {
  return whole(content.slice(0, content.length / 2));
}

/** The first half of the file, and then nothing, with the connection left open. */
export function stalled(content: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.slice(0, content.length / 2));
  };
}

/** A byte every now and then, without an end. */
export const trickled: Answer = (response) => {
  response.writeHead(200);
  const drops = setInterval(() => response.write("."), 50);
  response.on("close", () => {
    clearInterval(drops);
  });
};

/** No answer, with the connection left open. */
export const silent: Answer = () => undefined;
