/** bramble's folder for what is kept between runs and between clones; see cacheFolder.mjs. */
export function cacheFolder(environment?: Record<string, string | undefined>): string;
