// Keeps an app stopped while its data is backed up: the sidecar of a backup's pod. It scales the app's StatefulSet to
// zero, waits until no pod of it is left, and scales it up again when it is ended.
// Usage: node quiesce.mjs NAMESPACE NAME READY
//   READY  the file that it writes when the app is stopped
//
// That the app is stopped for a backup stands in a ConfigMap: after a power cut the next run starts it again, and an app
// that its owner has stopped stays stopped.
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

const [namespace, name, ready] = process.argv.slice(2);
const { API_SERVER = "https://kubernetes.default.svc", TOKEN_FILE } = process.env;
const scale = `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}/scale`;
const note = `/api/v1/namespaces/${namespace}/configmaps/backup-quiesce`;
const pods = `/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io%2Fname%3D${name}`;

const say = (what) => console.log(`backup of ${name}: ${what}`);

// Not fetch, which needs WebAssembly, and so a compiler.
async function ask(path, patch) {
  const call = request(`${API_SERVER}${path}`, {
    method: patch ? "PATCH" : "GET",
    headers: {
      // Read each time: the kubelet renews it.
      authorization: `Bearer ${(await readFile(TOKEN_FILE)).toString().trim()}`,
      "content-type": "application/merge-patch+json",
    },
    signal: AbortSignal.timeout(20_000),
  });
  call.end(patch && JSON.stringify(patch));
  const [response] = await once(call, "response");
  const answer = await text(response);
  if (response.statusCode >= 300)
    throw Object.assign(new Error(`${response.statusCode} ${answer}`), {
      isGone: response.statusCode === 404,
    });
  return JSON.parse(answer);
}

/** Until it succeeds: a control plane that restarts answers again. Undefined for what may be gone, and is. */
async function insist(path, patch, mayBeGone = false) {
  for (;;) {
    try {
      return await ask(path, patch);
    } catch (error) {
      if (mayBeGone && error.isGone) return undefined;
      say(`the API server does not answer as it should, trying again: ${error.message}`);
      await sleep(5000);
    }
  }
}

/** Whether it is stopped for this backup, or about to be. */
let isOurs = false;

async function stop() {
  const found = await insist(scale, undefined, true);
  const { data = {} } = await insist(note);
  if (!found) return say("there is no such app to stop.");
  const runs = (found.spec.replicas ?? 0) > 0;
  isOurs = runs || data.stopped !== undefined;
  if (!isOurs) return say("it has been stopped by somebody else, and stays so.");
  if (!runs) return say("it is still stopped, by a backup before.");
  await insist(note, { data: { stopped: "yes" } });
  await insist(scale, { spec: { replicas: 0 } });
  say("stopping it.");
}

async function gone() {
  for (;;) {
    const { items } = await insist(pods);
    if (items.length === 0) return;
    await sleep(2000);
  }
}

const ended = new Promise((resolve) => {
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, resolve);
});
const stopping = stop();
void stopping.then(gone).then(() => writeFile(ready, ""));
// Nothing else keeps this process alive.
setInterval(() => undefined, 60_000);
await ended;
if (isOurs) {
  // Else what stops it might come last.
  await stopping;
  // One that was removed meanwhile is not waited for: its namespace would wait for this pod.
  const started = await insist(scale, { spec: { replicas: 1 } }, true);
  await insist(note, { data: { stopped: null } }, true);
  say(started ? "started it again." : "it was removed meanwhile.");
}
process.exit();
