import { describe, expect, it } from "vitest";
import { htmlReport } from "../../../rehearsal/report/html.ts";
import { left, type Outcome, requested } from "../../../rehearsal/report/outcome.ts";
import { pod, sample, withPod } from "./sample.ts";
import { everyElement, find, parseXml, type Element } from "./xml.ts";

const page = (outcome: Outcome) => parseXml(htmlReport(outcome));
const cards = (root: Element) =>
  find(root, "section", "card").filter((card) => find(card, "svg", "bar").length > 0);
const crowded = withPod(1, pod("lab", "too-big", 96));

it("says the result first and shows a card for each board", () => {
  const root = page(sample);
  expect(find(root, "h1")[0]?.text.trim()).toBe("4 boards, 24 pods: everything runs");
  expect(cards(root).map((card) => find(card, "h3")[0]?.text)).toEqual(["pi4", "pi3-1", "pi3-2", "pi3-3"]);
  expect(root.text).not.toContain("Not running");
  expect(root.text).toContain("Pulumi 3.259.0");
});

it("gives the same page for the same outcome", () => {
  expect(htmlReport(structuredClone(sample))).toBe(htmlReport(sample));
});

it.each([
  ["markup", `<script>alert("1 & 2")</script>`],
  ["the end of an attribute", `a" onload='x' b="`],
  ["a reference", "&lt;b&gt;"],
])("shows a pod name with %s as text, in lists, titles and labels", (_, name) => {
  const hostile: Outcome = {
    ...withPod(0, pod(name, name, 800)),
    pending: [{ namespace: "default", name, reason: name }],
    steps: [{ name, seconds: 1 }],
    deployedBy: name,
    stack: name,
  };
  const root = page(hostile);
  const names = (element: Element) => new Set(everyElement(element).map((each) => each.name));
  expect(names(root)).toEqual(names(page({ ...sample, pending: [{ namespace: "", name: "", reason: "" }] })));
  expect(everyElement(root).flatMap(({ attributes }) => Object.keys(attributes))).not.toContain("onload");
  const holding = (element: string, className?: string) =>
    find(root, element, className).some(({ text }) => text.includes(name));
  expect(holding("title")).toBe(true);
  expect(holding("tspan")).toBe(true);
  expect(holding("table", "pods")).toBe(true);
  expect(holding("section", "pending")).toBe(true);
  expect(holding("table", "steps")).toBe(true);
  expect(holding("dl", "rows")).toBe(true);
  expect(find(root, "svg", "bar")[0]?.attributes["aria-label"]).toContain(`${name}/${name} 800, `);
});

it("replaces what no XML document may hold", () => {
  expect(find(page({ ...sample, changes: "a\u0000b\u001b\ud800c" }), "dd").at(-1)?.text).toBe(
    "a\ufffdb\ufffd\ufffdc",
  );
});

describe("a board that holds too much", () => {
  it("is shown as such, and no other", () => {
    const root = page(crowded);
    const [pi4, crowdedCard] = cards(root);
    expect(crowdedCard?.text).toContain("55 MiB too much");
    expect(crowdedCard?.text).toContain("Left: not enough−55");
    expect(crowdedCard?.text).not.toContain("MiB left");
    expect(find(crowdedCard ?? root, "svg", "beyond")[0]?.text.trim()).toBe("55 MiB more than the RAM");
    expect(find(crowdedCard ?? root, "svg", "free")).toEqual([]);
    expect(pi4?.text).toContain("279 MiB left");
    expect(find(pi4 ?? root, "svg", "beyond")).toEqual([]);
    expect(find(root, "ul", "legend")[0]?.text).toContain("Beyond the RAM");
    expect(find(root, "h1")[0]?.text).toContain("pi3-1 is overcommitted by 55 MiB");
  });

  it("is not in the legend where there is none", () => {
    expect(htmlReport(sample)).not.toContain("Beyond");
  });
});

it("shows the sum from the RAM to what is left, and where its parts come from", () => {
  const outcome = sample.boards[0];
  const [card] = cards(page(sample));
  const sums = find(find(card ?? page(sample), "table", "sum")[0] ?? page(sample), "td").map(
    ({ text }) => text,
  );
  expect(sums).toEqual(["2048", "− 200", "1848", "− 106", "− 307", "− 128", "1307", "− 619", "− 409", "279"]);
  expect([outcome && requested(outcome), outcome && left(outcome)]).toEqual([1028, 279]);
  const sources = find(card ?? page(sample), "details")[0]?.text ?? "";
  for (const { what, source } of outcome?.board.memory.derivation.kubeReserved ?? []) {
    expect(sources).toContain(what);
    expect(sources).toContain(source);
  }
});

it("gives the reason for each pod that does not run", () => {
  const reason = "0/4 nodes are available: 3 Insufficient memory.";
  const root = page({ ...sample, pending: [{ namespace: "gogs", name: "gogs-1", reason }] });
  expect(find(root, "section", "pending")[0]?.text).toContain(`gogs/gogs-1${reason}`);
  expect(find(root, "h1")[0]?.text).toContain("25 pods: 1 does not fit");
});

it("needs nothing from outside and runs nothing", () => {
  const address = "https://example.org/a?b=1&c=2";
  const [first, ...others] = structuredClone(sample.boards);
  const term = { what: "x", mebibytes: 1, source: `measured (${address}), http://example.org/d.` };
  if (first) Object.assign(first.board.memory.derivation, { systemReserved: [term] });
  const root = page({ ...sample, boards: first ? [first, ...others] : [] });
  const links = find(root, "a");
  expect(links.map(({ attributes, text }) => [attributes.href, text])).toEqual([
    [address, address],
    ["http://example.org/d", "http://example.org/d"],
  ]);
  for (const { name, attributes } of everyElement(root)) {
    expect(["script", "link", "img", "image", "use", "iframe", "object", "embed", "base"]).not.toContain(
      name,
    );
    const own = Object.entries(attributes).filter(([key]) => !(name === "a" && key === "href"));
    expect(own.map(([key]) => key).filter((key) => /^(on.*|src|href|style|data)$/.test(key))).toEqual([]);
    expect(own.filter(([, value]) => value.includes("http://") || value.includes("https://"))).toEqual([]);
    expect(own.filter(([, value]) => value.includes("url(") && !/^url\(#\w+\)$/.test(value))).toEqual([]);
  }
  expect(find(root, "rect").some(({ attributes }) => attributes.fill === "url(#hatched)")).toBe(true);
  const style = find(root, "style")[0]?.text ?? "";
  expect(style).not.toMatch(/https?:|@import|url\(/);
});

it("says what might go otherwise, and nothing where nothing might", () => {
  expect(htmlReport(sample)).not.toContain('class="uncertain"');
  const page = htmlReport({ ...sample, uncertain: ["gogs"] });
  expect(page).toContain('<p class="uncertain">gogs fits here, but might not');
});

it("shows what is not bramble's in the list, the sum and the legend, and only where it is", () => {
  const root = page(withPod(1, { ...pod("media", "jellyfin-0", 16), isOther: true }));
  const card = cards(root)[1]!;
  const [table, sum] = [find(card, "table", "pods")[0]!, find(card, "table", "sum")[0]!];
  expect(table.text).toMatch(/5\s*media\/jellyfin-0 not bramble's\s*16/);
  expect(sum.text).toMatch(/4 pods\s*− 397\s*1 pod, not bramble's\s*− 16\s*Left\s*25/);
  expect(find(root, "ul", "legend")[0]?.text).toContain("Not bramble's");
  expect(page(sample).text).not.toMatch(/not bramble's/i);
});
