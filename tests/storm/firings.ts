import type { CommitNews } from '#core/commit/work';
import { type Condition, isCrossing, isUpward, type PriceLeaf, priceLeaves } from '#domain/condition';
import type { ConId, TriggerId } from '#domain/ids';
import type { Order } from '#domain/order';
import type { Price } from '#domain/price';
import type { QuoteField } from '#domain/quote';
import type { Trigger, TriggerSpec } from '#domain/trigger';
import { Tape } from './tape.ts';

/** What is known of a trigger that is armed. */
interface Watch {
  readonly gen: number;
  readonly spec: TriggerSpec;
  readonly paused: boolean;
  /** Of each crossing: it has been seen on the near side since it is watched, and then beyond. */
  readonly crossings: Map<PriceLeaf, { near: boolean; crossed: boolean }>;
}

export interface FiringsParts {
  /** Virtual ms. */
  readonly now: () => number;
  readonly maxQuoteAgeMs: () => number;
  /** Epoch ms of the exchange. */
  readonly trueTime: () => number;
  /** By how much the desk's idea of the exchange's time may differ now, ms. */
  readonly clockDoubtMs: () => number;
  readonly fail: (text: string) => void;
}

/**
 * I-20 and I-30, judged from the tape: nothing fires, and no entry leaves, on a quote that is stale, halted, crossed, locked, delayed, frozen or
 * not confirmed after a gap; what fires by its rule has a rule that is true by the tape; nothing fires outside its window or after its end.
 */
export class Firings {
  readonly tape: Tape;
  readonly #parts: FiringsParts;
  readonly #watches = new Map<TriggerId, Watch>();
  readonly #orders = new Set<string>();

  constructor(parts: FiringsParts) {
    this.#parts = parts;
    this.tape = new Tape(parts.now, (conId, isGap) => {
      this.#heard(conId, isGap);
    });
  }

  committed({ changes, cause }: CommitNews): void {
    for (const { store, value } of changes) {
      if (value === undefined) continue;
      if (store === 'triggers') this.#trigger(value as Trigger, cause.kind === 'command');
      if (store === 'orders') this.#order(value as Order);
    }
  }

  /** New terms of an entry leave: they are judged like a new one. */
  changesEntry(order: Pick<Order, 'contract' | 'key'>): void {
    this.#traded(order.contract, `the change of ${order.key}`);
  }

  /** What has not expired although its time is over. */
  look(): void {
    const late = this.#parts.trueTime() - this.#parts.clockDoubtMs() - 1_500;
    for (const { spec } of this.#watches.values())
      if (spec.expiresAt !== undefined && spec.expiresAt < late) this.#parts.fail(`I-30: ${spec.name} is armed still after its end`);
  }

  #heard(conId: ConId | undefined, isGap: boolean): void {
    for (const watch of this.#watches.values())
      for (const [leaf, state] of watch.crossings) {
        if (conId !== undefined && leaf.contract.conId !== conId) continue;
        if (isGap) state.near = state.crossed = false;
        else this.#step(leaf, state);
      }
  }

  #step(leaf: PriceLeaf, state: { near: boolean; crossed: boolean }): void {
    const beyond = this.#isBeyond(leaf);
    if (beyond === false) {
      state.near = true;
      state.crossed = false;
    } else if (beyond === true && state.near) {
      state.near = false;
      state.crossed = true;
    }
  }

  #trigger(trigger: Trigger, byHand: boolean): void {
    const { id, life, gen, spec } = trigger;
    const watch = this.#watches.get(id);
    if (life === 'armed' || life === 'paused') {
      const paused = life === 'paused';
      if (watch?.gen === gen && watch.paused === paused) return;
      const crossings = new Map(
        priceLeaves(spec.condition)
          .filter((leaf) => isCrossing(leaf))
          .map((leaf) => [leaf, { near: false, crossed: false }]),
      );
      for (const [leaf, state] of crossings) this.#step(leaf, state);
      this.#watches.set(id, { gen, spec, paused, crossings });
      return;
    }
    this.#watches.delete(id);
    if (watch?.gen === gen && trigger.fires === 1) this.#fires(watch, byHand);
  }

  #fires(watch: Watch, byHand: boolean): void {
    const { spec, paused } = watch;
    const { fail } = this.#parts;
    if (paused) fail(`${spec.name} fires although it is paused`);
    const leaves = priceLeaves(spec.condition);
    for (const { contract } of leaves) {
      const fields = leaves.filter((leaf) => leaf.contract.conId === contract.conId).map(({ field }) => field);
      const fault = this.tape.fault(contract, fields, this.#parts.maxQuoteAgeMs());
      if (fault !== undefined) fail(`I-20: ${spec.name} fires on a quote of ${contract.symbol} that is ${fault}`);
    }
    const late = this.#parts.trueTime() - this.#parts.clockDoubtMs();
    if (spec.expiresAt !== undefined && late > spec.expiresAt) fail(`I-30: ${spec.name} fires after its end`);
    if (!byHand && this.#truth(watch, spec.condition) === false) fail(`I-20: ${spec.name} fires although its rule is not true by the tape`);
  }

  #order(order: Order): void {
    if (this.#orders.has(order.key)) return;
    this.#orders.add(order.key);
    if (order.leg === 'E' && order.state === 'QUEUED') this.#traded(order.contract, order.key);
  }

  #traded(contract: Order['contract'], what: string): void {
    const fields: readonly QuoteField[] = ['last', 'bid', 'ask'];
    // Of what is traded one side that is confirmed is enough.
    const faults = fields.map((field) => this.tape.fault(contract, [field], this.#parts.maxQuoteAgeMs()));
    if (!faults.includes(undefined))
      this.#parts.fail(`C-05: ${what} is approved on a quote of ${contract.symbol} that is ${faults[0] ?? ''}`);
  }

  /** Undefined where the tape cannot tell: a percentage, a border of a window that the clocks may see differently. */
  #truth(watch: Watch, condition: Condition): boolean | undefined {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const parts = condition.of.map((part) => this.#truth(watch, part));
        const decides = condition.kind === 'or';
        return parts.includes(decides) ? decides : parts.includes(undefined) ? undefined : !decides;
      }
      case 'not': {
        const truth = this.#truth(watch, condition.of);
        return truth === undefined ? undefined : !truth;
      }
      case 'time-window':
        return this.#inWindow(condition);
      case 'percent-change':
        return undefined;
      case 'price':
        if (isCrossing(condition)) return watch.crossings.get(condition)?.crossed === true && this.#isBeyond(condition) === true;
        return this.#isBeyond(condition) ?? false;
    }
  }

  #inWindow({ fromMinute, toMinute }: Extract<Condition, { kind: 'time-window' }>): boolean | undefined {
    const doubt = this.#parts.clockDoubtMs();
    if (doubt >= 30_000) return undefined;
    const isIn = (at: number): boolean => {
      const minute = newYorkMinute(at);
      return minute >= fromMinute && minute < toMinute;
    };
    const now = this.#parts.trueTime();
    const [early, late] = [isIn(now - doubt), isIn(now + doubt)];
    return early === late ? early : undefined;
  }

  #isBeyond(leaf: PriceLeaf): boolean | undefined {
    const price: Price | undefined = this.tape.price(leaf.contract.conId, leaf.field);
    if (price === undefined || leaf.kind !== 'price') return undefined;
    return isUpward(leaf) ? price >= leaf.level : price <= leaf.level;
  }
}

const NEW_YORK = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });

function newYorkMinute(at: number): number {
  const parts = NEW_YORK.formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return of('hour') * 60 + of('minute');
}
