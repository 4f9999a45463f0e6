// Starts an outside and processes in it, prints their numbers, and waits to be killed.
//
// usage: abandoned.ts FOLDER
import { startBoardNetwork } from "../../../lab/network.ts";
import { startOutside } from "../../../lab/outside/outside.ts";

const [, , folder = ""] = process.argv;
const network = await startBoardNetwork();
const { laptop, guest, stranger } = await startOutside(network, {
  entrance: "10.77.0.12",
  ports: [80],
  folder,
});
// With a child that outlives its parent.
void laptop.run(["sh", "-c", "setsid sleep 1000 & echo; exec sleep 1000"]);
const gateway = Number(/\d+/.exec(network.enter.join())?.[0]);
setTimeout(() => console.log(JSON.stringify([gateway, laptop.pid, guest.pid, stranger.pid])), 500);
setInterval(() => undefined, 1000);
