// Directories of boards as volumes for what others deploy.
export { volumes } from "./app.ts";
export { type OfferedVolume, OfferedVolumes, type OfferedVolumesArgs } from "./volumes.ts";
