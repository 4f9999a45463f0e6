import { execFileSync } from "node:child_process";

/** A self-signed certificate, PEM, as openssl makes it. */
export function certificateOf(subject: string): string {
  return execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-subj", subject, "-days", "30"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
}

/** A kubeconfig that trusts an authority. */
export function kubeconfigOf(authority: string): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(authority).toString("base64")}
    server: https://192.168.1.2:6443
  name: default-cluster
`;
}
