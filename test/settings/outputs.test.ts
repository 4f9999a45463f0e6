import { expect, it } from "vitest";
import { outputsOf } from "../../settings/outputs.ts";

it("leaves out what is undefined, and nothing else", () => {
  expect(outputsOf({ url: "https://git.example.com", password: undefined, tokens: "" })).toStrictEqual({
    url: "https://git.example.com",
    tokens: "",
  });
});
