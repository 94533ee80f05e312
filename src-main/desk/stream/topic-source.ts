import type { Update } from '#protocol/stream';

/** An update ready to send. Subscribers in the same state share one object, so it is built and measured once. */
export interface Encoded {
  readonly update: Update;
  readonly bytes: number;
}

/**
 * One topic as the publisher keeps it: the present state, and for each cell the version at which it last changed. What a
 * subscriber lacks follows from the one version it holds, so that a subscriber costs a number per topic, however far it is behind.
 */
export interface TopicSource {
  readonly version: number;
  /** Null when there is nothing to show yet. */
  snapshot(): Encoded | null;
  /** What turns the state of `version` into the present one; null when only a snapshot can, or is cheaper. */
  since(version: number): Encoded | null;
  /** Every subscriber that keeps up holds at least `version`: what only older ones would need may be forgotten. */
  trim(version: number): void;
}
