import { complaintOf } from "../../tools/pulumi.ts";
import { openStack } from "../stack.ts";

/** The devices' tokens by name, and if they could not be had, why. */
export interface Tokens {
  readonly values: Readonly<Record<string, string>>;
  readonly why?: string;
}

/** The tokens that `pulumi up` made for a stack's devices. Nothing is printed, least of all the tokens. */
export async function tokensOf(stack: string): Promise<Tokens> {
  try {
    const { sensorsTokens } = await (await openStack(stack)).outputs();
    if (sensorsTokens === undefined) throw new Error(`the stack ${stack} has no output sensorsTokens.`);
    return { values: sensorsTokens.value as Record<string, string> };
  } catch (error) {
    const after = `To create them, run: npx pulumi up -s ${stack} --policy-pack policy`;
    return { values: {}, why: `${complaintOf(error)} ${after}` };
  }
}
