import { defineConfig } from "vitest/config";

// Each virtual board takes a processor: their files come last, one at a time.
const boards = "test/lab/**/*.test.ts";

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    projects: [
      {
        test: {
          name: "program",
          include: ["test/**/*.test.ts"],
          exclude: [boards],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "boards",
          include: [boards],
          testTimeout: 20_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
