import { createHash, X509Certificate } from "node:crypto";
import { all, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { parse } from "yaml";

/** What lets one board in: made for it, and valid for minutes. */
export interface Admission {
  /** Bootstrap token, `[a-z0-9]{6}.[a-z0-9]{16}`. */
  readonly token: string;
  /** The cluster's certificate authority by which the board recognises it: `sha256:…`. */
  readonly caCertHash: string;
  /** The same certificate itself, PEM in base64. */
  readonly authority: string;
  /** 64 hexadecimal digits that decrypt a control plane's certificates. Needed by control planes only. */
  readonly certificateKey: string;
  /**
   * The half year in which it is given, `2026-1`: another one has each board looked at, whose kubelet's certificate
   * may have ended while it was off.
   */
  readonly period: string;
}

/** A board's admission to the cluster of a kubeconfig, with a token of its own. */
export function admissionOf(
  board: string,
  kubeconfig: Output<string>,
  { certificateKey, period }: { certificateKey: Input<string>; period: string },
  opts: CustomResourceOptions,
): Output<Admission> {
  const digits = { length: 22, special: false, upper: false };
  const token = new random.RandomPassword(`${board}-token`, digits, opts).result;
  return all([token, certificateKey, kubeconfig]).apply(([text, key, config]) => ({
    token: `${text.slice(0, 6)}.${text.slice(6)}`,
    certificateKey: key,
    ...authorityOf(config),
    period,
  }));
}

/** The certificate authority that a kubeconfig trusts, and its digest. */
export function authorityOf(kubeconfig: string): Pick<Admission, "authority" | "caCertHash"> {
  const { clusters } = parse(kubeconfig) as {
    clusters: { cluster: { "certificate-authority-data": string } }[];
  };
  const authority = clusters[0]?.cluster["certificate-authority-data"] ?? "";
  // As kubeadm pins it: the digest of its public key.
  const { publicKey } = new X509Certificate(Buffer.from(authority, "base64"));
  const digest = createHash("sha256").update(publicKey.export({ type: "spki", format: "der" }));
  return { authority, caCertHash: `sha256:${digest.digest("hex")}` };
}

/** `2026-1`, `2026-2`. */
export function halfYear(date: Date): string {
  return `${date.getUTCFullYear()}-${date.getUTCMonth() < 6 ? 1 : 2}`;
}
