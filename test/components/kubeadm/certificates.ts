import { execFileSync } from "node:child_process";

/** A self-signed certificate, PEM, as openssl makes it. */
export function certificateOf(subject: string): string {
  return made(subject, "/dev/null", 30);
}

/** Its SHA-256 digest, by which a mark names a cluster. */
export function fingerprintOf(certificate: string): string {
  const arguments_ = ["x509", "-noout", "-fingerprint", "-sha256"];
  return execFileSync("openssl", arguments_, { encoding: "utf8", input: certificate }).replace(/.*=/, "");
}

/** The same with its key in front. */
export function pairOf(subject: string, days = 30): string {
  return made(subject, "/dev/stdout", days);
}

function made(subject: string, key: string, days: number): string {
  // It opens its standard output by name, which it can where that is a pipe of a shell's.
  const request = `openssl req -x509 -newkey ed25519 -nodes -keyout ${key} -subj "$1" -days ${days} | cat`;
  return execFileSync("sh", ["-c", request, "sh", subject], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
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
