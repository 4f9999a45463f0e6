const bytesOf: Record<string, number> = {
  "": 1,
  k: 1e3,
  Ki: 2 ** 10,
  M: 1e6,
  Mi: 2 ** 20,
  G: 1e9,
  Gi: 2 ** 30,
  T: 1e12,
  Ti: 2 ** 40,
};

/**
 * MiB in a Kubernetes memory quantity (`128Mi`, `1Gi`, `50000Ki`, `1G`, plain bytes).
 *
 * @throws Error if it is none
 */
export function mebibytes(quantity: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([kMGT]?|[KMGT]i)$/.exec(quantity) ?? [];
  const bytes = bytesOf[unit ?? "?"];
  if (digits === undefined || bytes === undefined) {
    throw new Error(`"${quantity}" is not a Kubernetes memory quantity such as 128Mi or 1Gi`);
  }
  return (Number(digits) * bytes) / 2 ** 20;
}

/**
 * Millicores in a Kubernetes CPU quantity (`100m`, `0.5`, `2`).
 *
 * @throws Error if it is none
 */
export function millicores(quantity: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(m?)$/.exec(quantity) ?? [];
  if (digits === undefined)
    throw new Error(`"${quantity}" is not a Kubernetes CPU quantity such as 100m or 2`);
  return Number(digits) * (unit === "m" ? 1 : 1000);
}
