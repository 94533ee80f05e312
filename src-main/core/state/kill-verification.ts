/** How far the broker's word on what is left of a kill has come. Observed, not committed. */
export interface KillVerification {
  /** The next look at what is left is arranged. */
  polling: boolean;
  /** The broker has listed its open orders since the newest kill: a list that was requested then. */
  listed: boolean;
  /** Number of the request for open orders that the newest kill made. */
  request: number;
}
