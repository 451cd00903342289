/** One day in milliseconds. */
export const DAY_MS = 86_400_000

/** How far the clocks of two machines may be apart: certificates are valid from that long ago. Milliseconds. */
export const CLOCK_SKEW_MS = 60_000
