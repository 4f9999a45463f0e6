import { expect, it } from "vitest";
import { commandsFor, outputsOf } from "../../settings/outputs.ts";

it("leaves out what is undefined, and nothing else", () => {
  expect(outputsOf({ url: "https://git.example.com", password: undefined, tokens: "" })).toStrictEqual({
    url: "https://git.example.com",
    tokens: "",
  });
});

it("says by which commands secret outputs are shown", () => {
  expect(commandsFor("home", true)).toEqual({
    secrets: "npx pulumi stack output --show-secrets -s home",
    kubeconfig: "npx pulumi stack output kubeconfig --show-secrets -s home >kubeconfig.home",
  });
  expect(commandsFor("home", false)).not.toHaveProperty("kubeconfig");
});
