import type { RecentSend } from './risk-context.ts';

/**
 * The longest window that the settings allow (C-10). Kept by age alone: a cap by number would forget sends inside the window at a high rate.
 * What can leave within it bounds them.
 */
const KEPT_MS = 600_000;

/** The last sends in order, derived from the committed ones so that a verdict need not read their whole store. */
export class RecentSends {
  #keys: number[] = [];
  #sends: RecentSend[] = [];
  /** Their times side by side: a verdict looks through these and touches only the sends it needs. */
  #times: number[] = [];

  /** Called with every committed change; undefined for a deletion. */
  note(key: number, send: RecentSend | undefined): void {
    const at = this.#keys.indexOf(key);
    if (send === undefined) {
      if (at < 0) return;
      this.#keys.splice(at, 1);
      this.#sends.splice(at, 1);
      this.#times.splice(at, 1);
    } else if (at < 0) {
      this.#keys.push(key);
      this.#sends.push(send);
      this.#times.push(send.at);
    } else {
      this.#sends[at] = send;
      this.#times[at] = send.at;
    }
  }

  /** Those after `from` (epoch ms), oldest first. All are looked at: a clock that was set back must not hide any. */
  since(from: number): readonly RecentSend[] {
    const found: RecentSend[] = [];
    for (let at = 0; at < this.#times.length; at += 1) {
      const send = (this.#times[at] ?? from) > from ? this.#sends[at] : undefined;
      if (send !== undefined) found.push(send);
    }
    return found;
  }

  /** Keys that no control asks for any more when one more is added at `now` (epoch ms). */
  surplus(now: number): readonly number[] {
    const keep = this.#sends.findIndex((send) => now - send.at < KEPT_MS);
    return keep < 0 ? [...this.#keys] : this.#keys.slice(0, keep);
  }
}
