/** Waits and limits of a connection, all in ms of the injected clock. */
export const TIMING = {
  handshakeDeadline: 10_000,
  heartbeatPeriod: 10_000,
  heartbeatDeadline: 5_000,
  /** A second reqCurrentTime within a second is never answered. */
  heartbeatSpacing: 1_100,
  heartbeatMisses: 2,
  /** An order needs an inbound byte this young … */
  freshFor: 5_000,
  /** … or an answer to a probe within this. */
  probeDeadline: 500,
  orderTtl: 2_000,
  backoffFirst: 1_000,
  backoffMax: 60_000,
  /** A port at which nothing listens is asked again this often: it costs nobody anything, and TWS is found at once when it is back. */
  knockAgain: 2_000,
  /** A connection that held this long starts the back-off anew. */
  stableAfter: 10_000,
  /** After 1102 or a farm's return, a subscription silent this long is requested again. */
  silentAfter: 10_000,
  /** Streams that another session of the user took are asked for again this often. */
  takenRetry: 60_000,
  stopGrace: 250,
  /** How often the program looks whether it stood still … */
  pulse: 500,
  /** … and from when on what it finds in its sockets is too old to act on: as old as a quote may be (C-05). */
  suspended: 2_000,
} as const;
