import semver from "semver";
import { z } from "zod";
import { repositoryOf } from "../components/workload/images.ts";
import { semverOf, tagOf } from "../components/workload/versions.ts";
import type { PodSpec } from "../components/workload/workload.ts";
import badImages from "./badImages.json" with { type: "json" };
import imageDates from "./imageDates.json" with { type: "json" };
import { containersOf, podOwner } from "./pods.ts";
import { resourceRule } from "./rule.ts";

/** Versions of an image that should not run. */
const badImage = z.strictObject({
  image: z.string(),
  /** Of the first three numbers in its tag, a range as npm has it. */
  versions: z.string().refine((range) => semver.validRange(range) !== null, "must be a range such as <1.2.3"),
  why: z.string(),
  /** The first version without it. None yet if omitted: then it is a warning. */
  fix: z.string().optional(),
});

type BadImage = z.infer<typeof badImage>;

/** The versions that bramble knows to be bad. */
export const knownBadImages: readonly BadImage[] = badImages;

/** The day, `2026-11-28`, on which the version of an image was the newest, or was released. */
export const knownImageDates: Readonly<Record<string, string | undefined>> = imageDates;

/** What a list has against an image. */
export function complaintsAbout(image: string, list = knownBadImages): BadImage[] {
  const [repository, tag] = [repositoryOf(image).replace(/^docker\.io\/(library\/)?/, ""), tagOf(image)];
  if (tag === "") return [];
  return list.filter((bad) => bad.image === repository && semver.satisfies(semverOf(tag), bad.versions));
}

const bad = z
  .array(badImage)
  .default([...knownBadImages])
  .describe(
    "Versions that are known to be bad: `image`, `versions` as a range, `why`, and `fix` if there is one.",
  );

const dayMs = 86_400_000;

/** A pod's images, each once, with the first container that has it. */
function imagesOf(pod: PodSpec): { name: string; image: string }[] {
  const all = containersOf(pod).map(({ name, image = "" }) => ({ name, image }));
  return all.filter(({ image }, at) => all.findIndex((other) => other.image === image) === at);
}

/** A pin that nobody has looked at for long is old by now, and nobody knows what is wrong with it. */
export const imageAge = resourceRule({
  name: "image-age",
  description:
    "Every pinned image was the newest one not long ago, and is not known to be bad without a fix.",
  level: "advisory",
  settings: {
    mostDays: z.number().default(120).describe("Days since an image was last seen to be the newest."),
    dates: z
      .record(z.string(), z.iso.date())
      .default({ ...imageDates })
      .describe(
        "When each image, with its tag, was last seen to be the newest. Others are not judged by age.",
      ),
    bad,
  },
  subject: podOwner,
  messages: ({ pod }, { mostDays, dates, bad: list }) =>
    imagesOf(pod).flatMap(({ name, image }) => {
      const date = dates[image.replace(/@.*$/, "")];
      const days = date === undefined ? 0 : Math.floor((Date.now() - Date.parse(date)) / dayMs);
      const unfixed = complaintsAbout(image, list).filter(({ fix }) => fix === undefined);
      return [
        days > mostDays &&
          `container ${name} has the image ${image}, which was last seen to be the newest ${days} days ago, on ${date}; ${mostDays} are allowed. See what is newer: npm run updates -- STACK.`,
        ...unfixed.map(
          ({ why }) => `container ${name} has the image ${image}: ${why}. No version is known without it.`,
        ),
      ];
    }),
});

/** What is known to be bad, and repaired, is not deployed. */
export const imageBad = resourceRule({
  name: "image-bad",
  description: "No image has a version that is known to be bad where there is a better one.",
  settings: { bad },
  subject: podOwner,
  messages: ({ pod }, { bad: list }) =>
    imagesOf(pod).flatMap(({ name, image }) =>
      complaintsAbout(image, list).map(
        ({ why, fix }) =>
          fix !== undefined &&
          `container ${name} has the image ${image}, a version that is known to be bad: ${why}. Use ${fix} or newer.`,
      ),
    ),
});
