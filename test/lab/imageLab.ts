import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { Container } from "../../components/workload/workload.ts";
import { ImagePod } from "./imagePod.ts";
import { UnpackedImages, whyNoImages } from "./unpackedImages.ts";

/** What tests of images have. */
export interface ImageLab {
  readonly images: UnpackedImages;
  /** A pod that ends with the test. */
  readonly startPod: () => Promise<ImagePod>;
}

/**
 * Brings the images of containers for the tests of a `describe`, which are skipped with the reason where there are none.
 *
 * @param missing why they can't be there
 */
export async function imageLab(containers: readonly Container[], missing?: string): Promise<ImageLab> {
  const why = missing ?? (await whyNoImages(containers));
  const pods: ImagePod[] = [];
  let images: UnpackedImages | undefined;
  beforeAll(async () => {
    if (why === undefined) images = await UnpackedImages.of(containers);
  }, 300_000);
  beforeEach(({ skip }) => {
    skip(why !== undefined, why);
  });
  afterEach(async () => {
    for (const pod of pods.splice(0)) await pod.end();
  });
  afterAll(() => {
    images?.remove();
  });
  return {
    get images() {
      if (images === undefined) throw new Error("there are images only in tests");
      return images;
    },
    startPod: async () => {
      const pod = await ImagePod.create();
      pods.push(pod);
      return pod;
    },
  };
}
