/** Type token of bramble's boards. */
export const boardType = "bramble:board:Board";

/** What a policy sees of a board. Any part of the kubelet's configuration may be missing: that is what is checked. */
export interface BoardProps {
  /** Nominal RAM in MiB. */
  readonly ram: number;
  /** MemTotal in MiB. */
  readonly capacity: number;
  readonly kubelet?: {
    readonly evictionHard?: Readonly<Record<string, string>>;
    readonly systemReserved?: Readonly<Record<string, string>>;
    readonly kubeReserved?: Readonly<Record<string, string>>;
  };
}
