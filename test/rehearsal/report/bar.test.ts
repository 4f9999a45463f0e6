import { expect, it } from "vitest";
import { bar, scaleOf } from "../../../rehearsal/report/bar.ts";
import { labelRules } from "../../../rehearsal/report/labels.ts";
import type { BoardOutcome, Outcome } from "../../../rehearsal/report/outcome.ts";
import { pod, sample, withPod, withTinyBoard } from "./sample.ts";
import { type Element, find, parseXml } from "./xml.ts";

interface Drawn {
  readonly kind: string;
  readonly x: number;
  readonly width: number;
  readonly title: string;
  readonly svg: Element;
}

const bars = ({ boards }: Outcome) => boards.map((board) => parseXml(bar(board, scaleOf(boards)).text));
const segments = (outcome: Outcome, index: number): Drawn[] =>
  (bars(outcome)[index]?.children ?? [])
    .filter(({ name }) => name === "svg")
    .map((svg) => ({
      kind: svg.attributes.class?.replace("segment ", "") ?? "",
      x: percent(svg.attributes.x),
      width: percent(svg.attributes.width),
      title: find(svg, "title")[0]?.text ?? "",
      svg,
    }));

function percent(text: string | undefined): number {
  expect(text).toMatch(/^\d+\.\d{3}%$/);
  return Number(text?.slice(0, -1));
}

/** MiB from 0 to where a board's bar must end, summed in another way than by the code under test. */
function expectedEnd({ board, pods }: BoardOutcome): number {
  const { capacity, systemReserved, kubeReserved, evictionHard } = board.memory;
  const used = pods.reduce((total, { memory }) => total + memory, 0);
  return Math.max(board.ram, board.ram - capacity + systemReserved + kubeReserved + evictionHard + used);
}

it.each([
  ["everything fits", sample],
  ["a board holds too much", withPod(1, pod("lab", "too-big", 96))],
  ["the biggest board holds too much", withPod(0, pod("lab", "too-big", 500))],
  ["a board is too small for its reserves", withTinyBoard(2)],
])("draws segments without gaps that add up on one scale, where %s", (_, outcome) => {
  const ends = outcome.boards.map(expectedEnd);
  ends.forEach((expected, index) => {
    let end = 0;
    for (const { kind, x, width } of segments(outcome, index)) {
      if (kind === "beyond") continue;
      expect(x).toBeCloseTo(end, 3);
      end = x + width;
    }
    expect(end).toBeCloseTo((expected / Math.max(...ends)) * 100, 2);
  });
});

it("draws each part as wide as its MiB, and names it", () => {
  const parts = segments(sample, 1);
  expect(parts.map(({ kind, title }) => `${kind} ${title}`)).toEqual([
    "firmware Firmware and kernel: 119 MiB",
    "system System reserved: 106 MiB",
    "kubernetes Kubernetes reserved: 233 MiB",
    "eviction Eviction threshold: 128 MiB",
    "pod datadog/datadog-agent-9d4wv: 160 MiB",
    "pod gogs/gogs-0: 128 MiB",
    "pod kube-system/kube-proxy-9d4wv: 59 MiB",
    "pod kube-flannel/kube-flannel-ds-9d4wv: 50 MiB",
    "free Free: 41 MiB",
  ]);
  for (const { title, width } of parts) {
    expect(width).toBeCloseTo((Number(/(\d+) MiB$/.exec(title)?.[1]) / 2048) * 100, 2);
  }
});

it("puts static pods in front of the others", () => {
  const pods = segments(sample, 0).filter(({ kind }) => kind === "static" || kind === "pod");
  expect(pods.map(({ kind }) => kind)).toEqual([
    ...Array<string>(4).fill("static"),
    ...Array<string>(5).fill("pod"),
  ]);
});

it("marks what is beyond the RAM, from its very end on", () => {
  const parts = segments(withPod(1, pod("lab", "too-big", 96)), 1);
  expect(parts.filter(({ kind }) => kind === "free")).toEqual([]);
  const [beyond, ...more] = parts.filter(({ kind }) => kind === "beyond");
  expect(beyond).toMatchObject({ x: 50, title: "55 MiB more than the RAM" });
  expect(more).toEqual([]);
  expect(segments(sample, 1).map(({ kind }) => kind)).not.toContain("beyond");
});

it("can be heard", () => {
  const [, worker] = bars(withPod(1, pod("lab", "too-big", 96)));
  expect(worker?.attributes).toMatchObject({
    role: "img",
    "aria-label":
      "RAM of pi3-1, 1024 MiB: Firmware and kernel 119, System reserved 106, Kubernetes reserved 233, " +
      "Eviction threshold 128, datadog/datadog-agent-9d4wv 160, gogs/gogs-0 128, lab/too-big 96, " +
      "kube-system/kube-proxy-9d4wv 59, kube-flannel/kube-flannel-ds-9d4wv 50; 55 MiB more than it has",
  });
});

it("labels a segment only from the width on at which the label fits", () => {
  const parts = sample.boards.flatMap((_, index) => segments(sample, index));
  const labels = parts.flatMap(({ svg, width }) =>
    [...find(svg, "text"), ...find(svg, "tspan")]
      .filter(({ attributes }) => attributes.class !== "number")
      .map(({ name, attributes, text }) => ({ name, text, width, from: Number(attributes.class?.slice(5)) })),
  );
  for (const { name, text, width, from } of labels) {
    expect(labelRules.text).toContain(`@container (min-width:${from}px){.from-${from}{display:inline}}`);
    // A number alone is the least of a pod's label; a name comes with its number in front.
    const characters = name === "tspan" ? text.length + 2 : /^\d+/.exec(text)?.[0].length;
    const pixels = (from * width) / 100;
    expect(pixels, text).toBeGreaterThan((characters ?? text.length) * 6.5 + 8);
  }
  expect(labels.map(({ text }) => text)).toEqual(
    expect.arrayContaining(["kube-apiserver", "Kubernetes", "free"]),
  );
  // 24 of 2048 MiB are 11 px of the widest bar.
  const tiny = parts.find(({ title }) => title.includes("dynamic-dns"));
  expect(tiny?.svg.children.map(({ name }) => name)).toEqual(["title", "rect"]);
});

it("puts what is not bramble's behind the others, in a colour of its own", () => {
  const pods = segments(withPod(0, { ...pod("media", "jellyfin-0", 200), isOther: true }), 0);
  const [last, free] = pods.slice(-2);
  expect(last).toMatchObject({ kind: "other", title: "media/jellyfin-0 (not bramble's): 200 MiB" });
  expect(find(last!.svg, "rect")[0]?.attributes.fill).toBe("var(--other)");
  expect(free?.kind).toBe("free");
});
