// Changes the machine as a bench does, says so, and waits until it is killed: `swapUntilKilled.ts RECORD`.
import { boardGroup } from "../../bench/controlPlane/boardGroup.ts";
import { beginChanges } from "../../bench/controlPlane/changes.ts";
import { startInGroups } from "../../bench/controlPlane/supervisor.ts";
import { makeSwap } from "../../bench/controlPlane/swap.ts";

const [record = ""] = process.argv.slice(2);
const changes = await beginChanges(record);
await makeSwap({ swappiness: 123, pageCluster: 1, compression: "lzo" }, changes);
const group = `bramble-test-${process.pid}`;
changes.note({ group });
const limits = { memory: 100, swap: true, cpu: 1, reads: 100 };
const { procs } = await boardGroup(group, limits, import.meta.dirname);
const program = startInGroups(procs, "sleep", ["600"]);
console.log(`started ${program.pid}`);
setInterval(() => undefined, 1000);
