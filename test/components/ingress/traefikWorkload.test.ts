import { describe, expect, it } from "vitest";
import { acmeDirectory, traefikWorkload } from "../../../components/ingress/traefikWorkload.ts";
import type { TraefikWorkloadArgs } from "../../../components/ingress/traefikWorkload.ts";
import { claimName } from "../../../components/app/volumes.ts";

const args: TraefikWorkloadArgs = {
  board: "pi3-1",
  certificates: "acme",
  acme: { email: "me@example.com", challenge: "dns01", directory: "production" },
  directory: "/var/lib/bramble",
};

function pod(changes: Partial<TraefikWorkloadArgs> = {}) {
  return traefikWorkload({ ...args, ...changes }).pod;
}

describe("traefikWorkload", () => {
  it("is on the ports 80 and 443 of its board, without a privileged port in its container", () => {
    expect(pod().nodeSelector).toEqual({ "kubernetes.io/hostname": "pi3-1" });
    const ports = pod().containers[0]?.ports ?? [];
    expect(ports.flatMap(({ hostPort }) => hostPort ?? [])).toEqual([80, 443]);
    expect(Math.min(...ports.map(({ containerPort }) => containerPort))).toBeGreaterThan(1024);
    expect(pod()).not.toHaveProperty("hostNetwork");
  });

  it("keeps certificates in their own directory of the board", () => {
    expect(acmeDirectory(args).path).toBe("/var/lib/bramble/traefik");
    expect(pod().volumes).toContainEqual({
      name: "acme",
      persistentVolumeClaim: { claimName: claimName(acmeDirectory(args)) },
    });
  });

  it("has the certificates' file closed to all but its owner before Traefik reads it", () => {
    expect(pod().securityContext).toMatchObject({ fsGroupChangePolicy: "OnRootMismatch" });
    expect(pod().initContainers?.map(({ command }) => command)).toEqual([
      ["sh", "/etc/traefik/acme-storage.sh", "/var/lib/traefik/acme.json"],
    ]);
  });

  it("has neither volume nor token with selfSigned", () => {
    const made = pod({ certificates: "selfSigned" });
    expect(made.volumes?.map(({ name }) => name)).toEqual(["configuration"]);
    expect(made).not.toHaveProperty("initContainers");
  });

  it("has the DNS token, as a file, for dns01 alone", () => {
    const http01 = pod({ acme: { email: "me@example.com", challenge: "http01", directory: "production" } });
    expect(JSON.stringify(pod())).toContain("CF_DNS_API_TOKEN_FILE");
    expect(JSON.stringify(http01)).not.toContain("dns-api-token");
    expect(JSON.stringify(http01)).not.toContain("CF_DNS_API_TOKEN");
  });

  it("follows no CNAME to a zone that the token is not for", () => {
    expect(pod().containers[0]?.env).toContainEqual({ name: "LEGO_DISABLE_CNAME_SUPPORT", value: "true" });
  });
});
