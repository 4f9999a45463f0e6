// The entrance: Traefik with certificates, and limits for each client address.
export type { AcmeArgs } from "./acmeConfig.ts";
export { ingress } from "./app.ts";
export { cloudflareNetworks } from "./cloudflareNetworks.ts";
export type { LoginArgs } from "./login.ts";
export { Traefik, type TraefikArgs } from "./traefik.ts";
export type { SshForward, TraefikConfigArgs } from "./traefikConfig.ts";
export type { TraefikDynamicArgs } from "./traefikDynamic.ts";
export {
  acmeDirectory,
  traefikBackup,
  traefikUser,
  traefikWorkload,
  type TraefikWorkloadArgs,
} from "./traefikWorkload.ts";
