/** Seconds of the processor that something takes: by the clock a busy machine takes longer. */
export function processorSeconds(work: () => void): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}
