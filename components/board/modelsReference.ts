import { memoryPlan } from "./memoryPlan.ts";
import { models, refusedModels } from "./models.ts";

/** The catalogue of boards with what each leaves for pods, in Markdown. */
export function modelsReference(): string {
  const rows = Object.entries(models).map(([key, { name, ram, capacity, capacitySource, cores }]) => {
    const { allocatable, maxPods } = memoryPlan(capacity);
    return `| \`${key}\` | ${name} | ${cores} | ${ram} | ${capacity} | ${allocatable} | ${maxPods} | ${capacitySource} |`;
  });
  const refused = Object.entries(refusedModels).map(
    ([key, { name, why }]) => `- \`${key}\` (${name}): ${why}`,
  );
  return `# Boards

The models that \`bramble:boards[].model\` knows, generated from \`components/board/models.ts\` by
\`npm run generate\`. Capacity is the RAM that the kernel reports; allocatable is what the memory plan leaves of it
for pods ([memory.md](memory.md)). Any other 64-bit ARM board: give its \`ram\` and \`cores\` instead of a model.

| model | board | cores | RAM, MiB | capacity, MiB | allocatable, Mi | pods | where the capacity was seen |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}

## Refused

${refused.join("\n")}
`;
}
