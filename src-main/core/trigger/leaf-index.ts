import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { ASK, BASELINE, BID, CONFIRMING, FIRST, type FieldIndex, LAST, LIVE, MID, MOVED, RETURNED } from '#core/market/quote-book';
import type { QuoteBoard } from '#core/market/quote-board';
import { type FlipSink, ThresholdIndex } from './threshold-index.ts';
import { type ContractWatch, isBeyond, type Leaf, leafPrice, levelIfArmedNow, newWatch, type Watcher } from './watcher.ts';

/**
 * The leaves of all running watchers, sorted per contract and field, and what the prices do to them. It marks edges and
 * collects the watchers they wake; whether a woken watcher fires is the registry's business.
 */
export class LeafIndex implements FlipSink<Leaf> {
  readonly #board: QuoteBoard;
  readonly #watches = new Map<ConId, ContractWatch>();
  #round = 0;
  /** Watchers woken in this round, each once. */
  readonly woken: Watcher[] = [];
  flips = 0;

  constructor(board: QuoteBoard) {
    this.#board = board;
  }

  get(conId: ConId): ContractWatch | undefined {
    return this.#watches.get(conId);
  }

  watch(contract: Contract): ContractWatch {
    let watch = this.#watches.get(contract.conId);
    if (watch === undefined) {
      watch = newWatch(contract, this.#board.follow(contract));
      // What came before anybody watched is nothing to catch up with.
      watch.book.unseen = false;
      this.#watches.set(contract.conId, watch);
    }
    return watch;
  }

  /** Starts a round: one tick, one arming, one close. */
  begin(): void {
    this.#round += 1;
    if (this.woken.length > 0) this.woken.length = 0;
  }

  wake(watcher: Watcher): void {
    if (watcher.round === this.#round) return;
    watcher.round = this.#round;
    this.woken.push(watcher);
  }

  install(watcher: Watcher): void {
    for (const leaf of watcher.leaves) {
      const { source, watch } = leaf;
      if (source.kind === 'percent-change') {
        if (source.basis === 'close') {
          watch.onClose.add(leaf);
          leaf.level = levelIfArmedNow(leaf);
        } else if (Number.isNaN(leaf.level) && !this.#takeArmingBasis(leaf)) {
          watch.waiting.push(leaf);
          continue;
        }
      }
      this.#place(leaf);
    }
  }

  uninstall(watcher: Watcher): void {
    for (const leaf of watcher.leaves) {
      const { watch } = leaf;
      if (leaf.slot !== 0) watch.index[leaf.field]?.remove(leaf);
      watch.onClose.delete(leaf);
      const waits = watch.waiting.indexOf(leaf);
      if (waits >= 0) watch.waiting.splice(waits, 1);
      leaf.primed = false;
      leaf.crossed = false;
      leaf.edge = false;
    }
    watcher.edges = 0;
  }

  /** After a fold: wakes whoever the field, or the middle of the market with it, may have answered. `at` in epoch ms. */
  moved(watch: ContractWatch, field: FieldIndex, at: number): void {
    this.move(watch, field);
    if (field !== LAST) this.move(watch, MID);
    if (watch.beyond.size > 0) {
      // Within one minute no window opens, and whatever else could make a rule true wakes it.
      const minute = Math.floor(at / 60_000);
      if (minute !== watch.beyondMinute) {
        watch.beyondMinute = minute;
        for (const watcher of watch.beyond) this.wake(watcher);
      }
    }
    if (watch.holding.size > 0) for (const watcher of watch.holding) this.wake(watcher);
  }

  /** What the newest fold of this field means for its leaves. */
  move(watch: ContractWatch, field: FieldIndex): void {
    const index = watch.index[field];
    if (index !== undefined && index.size > 0) {
      const price = watch.book.price[field] as number;
      switch (watch.book.move[field]) {
        case MOVED:
          index.moveTo(price, this);
          break;
        case FIRST:
          this.#resync(index, price, (leaf) => this.#begin(leaf));
          break;
        case BASELINE:
          this.#resync(index, price, (leaf) => this.#calm(leaf));
          break;
        case RETURNED:
          this.#resync(index, price, (leaf) => this.#turnOn(leaf));
          break;
        default:
      }
    }
    if (watch.waiting.length > 0) this.#resolveWaiting(watch, field);
  }

  /**
   * Prices moved while nothing was tested (the desk could fire nothing). Every leaf takes its side from where they are now, as
   * at arming: what was crossed meanwhile stays uncrossed, a level that is reached wakes.
   */
  catchUp(): void {
    for (const watch of this.#watches.values()) {
      if (!watch.book.unseen) continue;
      watch.book.unseen = false;
      watch.index.forEach((index, field) => {
        const price = watch.book.price[field] as number;
        if (index !== undefined && !Number.isNaN(price)) this.#resync(index, price, (leaf) => this.#begin(leaf));
      });
      for (const field of [LAST, BID, ASK, MID] as const) this.#resolveWaiting(watch, field);
    }
  }

  /** The previous close has come or changed: percentages over it get their level, as if armed now. */
  close(watch: ContractWatch): void {
    for (const leaf of watch.onClose) {
      const level = levelIfArmedNow(leaf);
      if (level === leaf.level) continue;
      if (leaf.slot !== 0) watch.index[leaf.field]?.remove(leaf);
      this.#calm(leaf);
      leaf.level = level;
      this.#place(leaf);
    }
  }

  /** After the board's `rebaseline`: nothing is known about any side any more. */
  forget(reason: string, conId?: ConId): void {
    for (const [id, watch] of this.#watches) {
      if (conId !== undefined && id !== conId) continue;
      watch.gap = reason;
      for (const index of watch.index) index?.forEach((leaf) => this.#calm(leaf));
    }
  }

  flip(leaf: Leaf, on: boolean): void {
    this.flips += 1;
    if (on) this.#turnOn(leaf);
    else this.#turnOff(leaf);
  }

  #turnOn(leaf: Leaf): void {
    if (leaf.crossing) {
      if (!leaf.primed) return;
      leaf.primed = false;
      leaf.crossed = true;
    }
    if (!leaf.edge) {
      leaf.edge = true;
      leaf.watcher.edges += 1;
    }
    this.wake(leaf.watcher);
  }

  /** Beyond its level at the first look: a level counts, a crossing has yet to be seen from the near side. */
  #begin(leaf: Leaf): void {
    if (leaf.crossing) this.#calm(leaf);
    else this.#turnOn(leaf);
  }

  #turnOff(leaf: Leaf): void {
    this.#calm(leaf);
    if (leaf.crossing) leaf.primed = true;
  }

  /** Neither primed nor crossed, and no claim to wake. */
  #calm(leaf: Leaf): void {
    leaf.primed = false;
    leaf.crossed = false;
    if (leaf.edge) {
      leaf.edge = false;
      leaf.watcher.edges -= 1;
    }
  }

  /**
   * A price without a usable predecessor: every leaf of the field takes its side from it, O(n), seldom. The first price of a
   * subscription fires levels but no crossing, the first after a gap fires nothing, the next one is a price like any other.
   */
  #resync(index: ThresholdIndex<Leaf>, price: number, beyond: (leaf: Leaf) => void): void {
    index.seek(price);
    index.forEach((leaf) => (isBeyond(leaf) ? beyond(leaf) : this.#turnOff(leaf)));
  }

  /** Into the index, with the side that the present price gives it; a level that is reached already wakes at once. */
  #place(leaf: Leaf): void {
    if (Number.isNaN(leaf.level)) return;
    const { watch, field } = leaf;
    const price = leafPrice(leaf);
    const index = (watch.index[field] ??= new ThresholdIndex<Leaf>());
    if (index.size === 0) index.seek(price);
    index.insert(leaf, price);
    const phase = watch.book.phase[field];
    if (Number.isNaN(price) || (phase !== LIVE && phase !== CONFIRMING)) return;
    if (!isBeyond(leaf)) this.#turnOff(leaf);
    else if (phase === LIVE && !leaf.crossing) this.#turnOn(leaf);
  }

  #resolveWaiting(watch: ContractWatch, field: FieldIndex): void {
    for (const leaf of [...watch.waiting]) {
      if (leaf.field !== field || !this.#takeArmingBasis(leaf)) continue;
      watch.waiting.splice(watch.waiting.indexOf(leaf), 1);
      this.#place(leaf);
    }
  }

  /** The price at arming is the present one, or the first one after it. */
  #takeArmingBasis(leaf: Leaf): boolean {
    leaf.level = levelIfArmedNow(leaf);
    return !Number.isNaN(leaf.level);
  }
}
