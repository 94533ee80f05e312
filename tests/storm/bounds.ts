import type { CommitNews } from '#core/commit/work';
import type { Judge } from './judge.ts';
import type { JudgedLife } from './judged.ts';

/** Names of counters are written in the code; there is no reason for more. */
const MOST_COUNTERS = 150;
const MOST_COMMISSIONS = 1_000;
const MOST_SENDS = 200;
const MOST_STEPS = 500;
const LOOK_EVERY = 50;

/**
 * I-18, I-35: what the desk keeps beside its state is bounded, most of it by the orders it has. Looked at every fifty commits; and at the end
 * nothing waits in a lane, in the outbox or for its place on the wire, and nobody holds an old state.
 */
export class Bounds implements Judge {
  readonly #fail: (text: string) => void;
  #commits = 0;

  constructor(fail: (text: string) => void) {
    this.#fail = fail;
  }

  committed(life: JudgedLife, _news: CommitNews): void {
    this.#commits += 1;
    if (this.#commits % LOOK_EVERY === 0) this.#sizes(life);
  }

  end(life: JudgedLife): void {
    this.#sizes(life);
    const { pending, inFlight, outbox, liveSnapshots, detached } = life.coordinator.statistics();
    const queued = Object.values(pending).reduce((sum, one) => sum + one, 0);
    if (queued + inFlight + outbox + liveSnapshots + detached > 0)
      this.#fail(
        `I-35: at rest ${queued} wait in lanes, ${inFlight} have a number, ${outbox} effects wait, ${liveSnapshots} states are held`,
      );
    if (life.transport.waitingLegs > 0) this.#fail(`I-35: at rest ${life.transport.waitingLegs} legs wait for the wire`);
  }

  #sizes({ deskState, stores }: JudgedLife): void {
    const orders = stores.orders.size;
    const { memos, resizeAttempts, toldFilled, untoldExecutions, bracketCancels, waitingCommissions, counters } = deskState;
    const most: readonly (readonly [string, number, number])[] = [
      ['memos of orders', memos.counts()['orders'] ?? 0, orders + stores.fills.size],
      ['orders told as filled', toldFilled.size, orders],
      ['orders without their executions', untoldExecutions.size, orders],
      ['legs of lost brackets', bracketCancels.size, orders],
      // An exit is asked for another size no more often than once in three seconds, and forgotten after a minute.
      ['attempts to resize', resizeAttempts.size, 20 * orders + 20],
      ['commissions without a fill', waitingCommissions.size, MOST_COMMISSIONS],
      ['sends', stores.sends.size, MOST_SENDS],
      ['steps of the desk', stores.history.size, MOST_STEPS],
      ['counters', counters.size, MOST_COUNTERS],
      ['closes', stores.closings.size, stores.positions.size],
      ['offers', stores.offers.size, stores.positions.size],
      ['trailing stops under way', stores.trailings.size, orders],
    ];
    for (const [name, size, limit] of most) if (size > limit) this.#fail(`I-18: ${size} ${name} are kept, ${limit} are the most`);
  }
}
