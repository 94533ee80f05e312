import type { TriggerId } from '#domain/ids';

/** The only source of new identities; seeded in tests. */
export interface IdSource {
  /** Eight characters 0-9A-Z. */
  triggerId(): TriggerId;
  /** A short word for typed confirmations, e.g. `K7QX`. */
  phrase(): string;
}
