/** UDP port on every board's addresses on which the board's agent takes DogStatsD datagrams. */
export const dogstatsdPort = 8125;
/** TCP port on every board's addresses on which its agent takes traces, where they are wanted. */
export const tracePort = 8126;
