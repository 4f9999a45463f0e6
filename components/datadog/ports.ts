/** UDP port on every board's addresses on which the board's agent takes DogStatsD datagrams. */
export const dogstatsdPort = 8125;
