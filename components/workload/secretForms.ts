// How a secret is told from other texts.

const secretName = /(pass(word|wd|phrase)|token|secret|api_?key|private_?key|credentials?)$/i;
/** Forms that nothing but a secret has. */
const secretForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bgh[pousr]_[A-Za-z0-9]{36}/,
  /\bglpat-[\w-]{20}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bxox[abprs]-[\w-]{10}/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./,
];
/** `password=…`, `--token …`, `api_key: "…"`: a word for a secret, and a value of letters and digits mixed. */
const assignment =
  /(?:pass(?:word|wd|phrase)|token|secret|api[_-]?key)["']?(?:\s*[:=]\s*|\s+)["']?(?=[^\s"']*[0-9])(?=[^\s"']*[A-Za-z])[\w+/=-]{12,}(?=["'\s]|$)/i;

/** Whether what has this name is a secret by its form, or by its name and neither empty nor the path of a file. */
export function isSecret(name: string, value: string): boolean {
  return looksSecret(value) || (secretName.test(name) && value !== "" && !value.startsWith("/"));
}

/** Whether a text holds a secret, by its form. */
export function looksSecret(text: string): boolean {
  return secretForms.some((form) => form.test(text)) || assignment.test(text);
}
