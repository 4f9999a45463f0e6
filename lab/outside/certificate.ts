// Certificates of servers that a lab or a test starts.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

/** A certificate that vouches for itself, with its key. */
export interface OwnCertificate {
  certificateFile: string;
  keyFile: string;
  /** In PEM. */
  certificate: string;
  key: string;
}

/**
 * Makes one with openssl, for two days.
 *
 * @param subject whom it names, as openssl has it: `IP:127.0.0.1` or `DNS:api.example.com,IP:127.0.0.1`
 */
export function ownCertificate(folder: string, name: string, subject: string): OwnCertificate {
  const certificateFile = path.join(folder, `${name}.pem`);
  const keyFile = path.join(folder, `${name}.key`);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  const names = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${subject}`, "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...key, "-out", certificateFile, ...names], { stdio: "pipe" });
  const read = (file: string) => readFileSync(file, "utf8");
  return { certificateFile, keyFile, certificate: read(certificateFile), key: read(keyFile) };
}
