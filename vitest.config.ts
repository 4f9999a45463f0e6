import { availableParallelism } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const boards = "test/boards/**/*.test.ts";
const clusters = ["test/boards/cluster.test.ts", "test/boards/twoBoards.test.ts"];

/** Begun first, since a clean clone knows no durations: what drives boards, control planes or Pulumi's engine. */
const longest = [
  "/boards/cutOff",
  "/boards/freshToReady",
  "/boards/faults",
  "/rehearsal/",
  "/sources.test.ts",
  "/board/bootstrap",
  "/storage/",
  "/userApps/",
  "/policy/engine",
  "/policy/others",
  "/package/",
  "/ingress/",
  "/board/systems",
  "/gateway/abuse",
  "/check/time",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((part) => moduleId.includes(part));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

// For what takes a second or two; a machine that is busy with other things takes twenty times as long.
const patience = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "program",
          include: ["test/**/*.test.ts"],
          exclude: [boards],
          ...patience,
          // A worker loads Pulumi once, and not for each file: half of the time of most of them.
          isolate: false,
          // Kubernetes' and Pulumi's programs end before they need their memory back; programs in Node start quicker.
          env: {
            GOGC: "400",
            NODE_COMPILE_CACHE: path.join(import.meta.dirname, "node_modules/.cache/compiled"),
          },
          setupFiles: ["tools/compileCache.ts", "test/fixtures/stacks.ts"],
          // More than there are processors: many wait for a control plane, for Pulumi's engine or for a retry.
          maxWorkers: availableParallelism() + 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "boards",
          include: [boards],
          exclude: clusters,
          ...patience,
          // A virtual board takes a processor.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "clusters",
          include: clusters,
          ...patience,
          // Its API server answers in time only if nothing else takes its processors.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
