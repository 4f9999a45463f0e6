// The images of apps that are there only if their program is on this machine.
import { updaterImage } from "../../components/dns/images.ts";
import { gogsUser } from "../../components/gogs/gogsBackup.ts";
import { gogsImage } from "../../components/gogs/images.ts";
import { headlampImage } from "../../components/headlamp/images.ts";
import { type ImageRecipe, inRegistry } from "./imageRecipe.ts";
import { type OptionalProgram, optionalProgram } from "./optionalPrograms.ts";

const optional: readonly { app: string; image: string; program: OptionalProgram; recipe: ImageRecipe }[] = [
  {
    app: "gogs",
    image: gogsImage,
    program: "gogs",
    recipe: {
      name: inRegistry(gogsImage),
      base: ["busybox", "git", "authorities"],
      programs: { "app/gogs/gogs": "gogs" },
      user: { name: "git", id: gogsUser, home: "/data/git" },
    },
  },
  {
    app: "dns",
    image: updaterImage,
    program: "ddns",
    recipe: {
      name: inRegistry(updaterImage),
      base: ["authorities"],
      programs: { "bin/ddns": "ddns" },
      entrypoint: ["/bin/ddns"],
    },
  },
];

/** The images whose program is on this machine. */
export function optionalImages(): ImageRecipe[] {
  return optional
    .filter(({ program }) => optionalProgram(program).file !== undefined)
    .map(({ recipe }) => recipe);
}

/** An app that the lab cannot run. */
export interface LeftOut {
  /** Its section of the settings. */
  readonly app: string;
  /** Its image, as the product names it. */
  readonly image: string;
  readonly reason: string;
}

/** The apps of bramble's own of which the lab has no image, so that it leaves them out and says so. */
export function appsWithoutImage(): LeftOut[] {
  const missing = optional.flatMap(({ app, image, program }) => {
    const { missing: reason } = optionalProgram(program);
    return reason === undefined ? [] : [{ app, image, reason }];
  });
  const headlamp = "its image holds a page that takes a build of its own";
  return [...missing, { app: "headlamp", image: headlampImage, reason: headlamp }];
}
