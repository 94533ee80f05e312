/** Time as the desk sees it. Nothing in the pure rooms reads another clock. */
export interface Clock {
  /** Epoch milliseconds; may jump when the system's clock is set. */
  now(): number;
  /** Milliseconds with a fraction since an arbitrary start; never runs backwards. For durations and deadlines. */
  monotonic(): number;
}
