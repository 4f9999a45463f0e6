import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));

/** As tests, so that they run beside the others. */
it.each(["lint", "format:check"])("npm run %s finds nothing", { timeout: 900_000 }, async (name) => {
  const said = await new Promise<string>((resolve) => {
    execFile("npm", ["run", "-s", name], { cwd: repository }, (error, stdout, stderr) =>
      resolve(error === null ? "" : `${stdout}${stderr}${error.message}`),
    );
  });
  expect(said).toBe("");
});
