import { createHash, X509Certificate } from "node:crypto";
import { parse } from "yaml";

/** The cluster's certificate authority as kubeadm pins it: the digest of its public key. */
export function caCertHash(kubeconfig: string): string {
  const pem = Buffer.from(authorityOf(kubeconfig), "base64");
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}

/** The cluster's certificate authority, PEM in base64. */
export function authorityOf(kubeconfig: string): string {
  const { clusters } = parse(kubeconfig) as {
    clusters: { cluster: { "certificate-authority-data": string } }[];
  };
  return clusters[0]?.cluster["certificate-authority-data"] ?? "";
}
