// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const decimal = { "": 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
const binary = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };
const factors: Readonly<Record<string, number>> = { ...decimal, ...binary };

/** Thrown for a text that is no quantity. */
export class QuantityError extends Error {}

/**
 * MiB in a Kubernetes memory quantity (`128Mi`, `1Gi`, `50000Ki`, `1G`, `1e9`, plain bytes).
 *
 * @throws QuantityError if it is none
 */
export function mebibytes(quantity: number | string): number {
  return valueOf(quantity, 2 ** 20, "memory quantity such as 128Mi or 1Gi");
}

/**
 * Millicores in a Kubernetes CPU quantity (`100m`, `0.5`, `2`).
 *
 * @throws QuantityError if it is none
 */
export function millicores(quantity: number | string): number {
  return valueOf(quantity, 1e-3, "CPU quantity such as 100m or 2");
}

function valueOf(quantity: number | string, per: number, what: string): number {
  const [, digits, unit = "", exponent = "0"] =
    /^(\d+(?:\.\d*)?|\.\d+)(?:([a-zA-Z]*)|[eE]([+-]?\d+))$/.exec(String(quantity)) ?? [];
  const factor = factors[unit];
  if (digits === undefined || factor === undefined) {
    throw new QuantityError(`"${quantity}" is not a Kubernetes ${what}`);
  }
  // In this order, so that 57m are not more than 57 millicores.
  return Number(digits) * (factor / per) * 10 ** Number(exponent);
}
