import { defineConfig } from "vitest/config";

// Each virtual board takes a processor: their files come last, one at a time.
const boards = "test/lab/**/*.test.ts";

// For what takes a second or two; a machine that is busy with other things takes twenty times as long.
const patience = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    projects: [
      {
        test: {
          name: "program",
          include: ["test/**/*.test.ts"],
          exclude: [boards],
          ...patience,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "boards",
          include: [boards],
          ...patience,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
