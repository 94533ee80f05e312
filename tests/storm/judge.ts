import type { CommitNews } from '#core/commit/work';
import type { OrderAddress } from '#core/ports/broker';
import type { QuoteInfo } from '#core/ports/market-data';
import type { Tick } from '#domain/quote';
import type { JudgedLife, WrittenFrame } from './judged.ts';
import type { OutboundFrame } from './listener.ts';
import type { Told } from './told.ts';

/** One who watches a storm and says what must not be. It hears what it names, in the order in which it happens, and changes nothing. */
export interface Judge {
  /** TWS has said this to the desk, which has not heard it yet. */
  readonly told?: (life: JudgedLife, clientId: number, told: Told) => void;
  /** A price, what else is known of a quote, and the beginning of a stream, before the desk folds them. */
  readonly tick?: (life: JudgedLife, tick: Tick) => void;
  readonly info?: (life: JudgedLife, conId: number, info: QuoteInfo) => void;
  readonly baseline?: (life: JudgedLife, conId: number, again: boolean) => void;
  /** After a commit and its effects. */
  readonly committed?: (life: JudgedLife, news: CommitNews) => void;
  /** In the statement before a frame goes to the wire; `order` is given for an order or a change of one. */
  readonly frame?: (life: JudgedLife, sent: SentFrame) => void;
  /** A cancel is about to be written, or finds no socket. */
  readonly cancelling?: (life: JudgedLife, address: OrderAddress) => void;
  /** A cancel was written and did not come to TWS. */
  readonly cancelLost?: (life: JudgedLife, address: OrderAddress) => void;
  /** After each step, while a desk runs. */
  readonly look?: (life: JudgedLife) => void;
  /** A life begins, and is over. */
  readonly born?: (life: JudgedLife) => void;
  readonly died?: (life: JudgedLife) => void;
  /** After the quiet. */
  readonly end?: (life: JudgedLife) => void;
}

/** A frame on its way to the wire of one client, with the approval that it was made of, if it is of an order. */
export interface SentFrame {
  readonly clientId: number;
  readonly frame: OutboundFrame;
  readonly order: WrittenFrame | undefined;
}

type Hook = keyof Judge;
type Heard<K extends Hook> = NonNullable<Judge[K]>;

/** All judges of a storm as one; each hook calls those who have it, in their order. */
export class Bench {
  readonly #hooks: { readonly [K in Hook]: readonly Heard<K>[] };

  constructor(judges: readonly Judge[]) {
    const having = <K extends Hook>(name: K): readonly Heard<K>[] =>
      judges.flatMap((judge) => {
        const hook = judge[name];
        return hook === undefined ? [] : [hook.bind(judge) as Heard<K>];
      });
    this.#hooks = {
      told: having('told'),
      tick: having('tick'),
      info: having('info'),
      baseline: having('baseline'),
      committed: having('committed'),
      frame: having('frame'),
      cancelling: having('cancelling'),
      cancelLost: having('cancelLost'),
      look: having('look'),
      born: having('born'),
      died: having('died'),
      end: having('end'),
    };
  }

  told(life: JudgedLife, clientId: number, told: Told): void {
    for (const hook of this.#hooks.told) hook(life, clientId, told);
  }

  tick(life: JudgedLife, tick: Tick): void {
    for (const hook of this.#hooks.tick) hook(life, tick);
  }

  info(life: JudgedLife, conId: number, info: QuoteInfo): void {
    for (const hook of this.#hooks.info) hook(life, conId, info);
  }

  baseline(life: JudgedLife, conId: number, again: boolean): void {
    for (const hook of this.#hooks.baseline) hook(life, conId, again);
  }

  committed(life: JudgedLife, news: CommitNews): void {
    for (const hook of this.#hooks.committed) hook(life, news);
  }

  frame(life: JudgedLife, sent: SentFrame): void {
    for (const hook of this.#hooks.frame) hook(life, sent);
  }

  cancelling(life: JudgedLife, address: OrderAddress): void {
    for (const hook of this.#hooks.cancelling) hook(life, address);
  }

  cancelLost(life: JudgedLife, address: OrderAddress): void {
    for (const hook of this.#hooks.cancelLost) hook(life, address);
  }

  look(life: JudgedLife): void {
    for (const hook of this.#hooks.look) hook(life);
  }

  born(life: JudgedLife): void {
    for (const hook of this.#hooks.born) hook(life);
  }

  died(life: JudgedLife): void {
    for (const hook of this.#hooks.died) hook(life);
  }

  end(life: JudgedLife): void {
    for (const hook of this.#hooks.end) hook(life);
  }
}
