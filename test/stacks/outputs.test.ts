import { expect, it } from "vitest";
import { outputsOf } from "../../stacks/outputs.ts";

it("leaves out what is undefined, and nothing else", () => {
  expect(outputsOf({ url: "https://git.example.com", password: undefined, tokens: "" })).toStrictEqual({
    url: "https://git.example.com",
    tokens: "",
  });
});
