/** What stands around a step's answer: scripts/answer.sh. */
const answer = /^-----BEGIN BRAMBLE ANSWER-----\n(.*?)\n*^-----END BRAMBLE ANSWER-----$/ms;

/**
 * What a step answered, out of all that came over the connection: a `.bashrc` that greets prints into every
 * command's output.
 *
 * @param stdout of a step; what it answered, or an empty text if it answers nothing
 */
export function printed(stdout: string): string {
  return answer.exec(stdout.replaceAll("\r\n", "\n"))?.[1] ?? "";
}
