import type { CommitNews } from '#core/commit/work';
import { execIdRoot, type Fill } from '#domain/execution';
import type { Position } from '#domain/position';
import type { Judge } from './judge.ts';
import type { JudgedLife, JudgedWorld } from './judged.ts';

/** What one fold may round away, in 1e-6 of the currency: half a 1e-6 of the average on each share, and the realised amount itself. */
function roundedAway(quantity: number): number {
  return Math.abs(quantity) / 10_000 + 2;
}

/**
 * I-05 in money. Whatever a fill does to a position, what was realised plus what the open part cost equals what was paid and received: it
 * holds in whatever order fills come, and for corrections. It sees a wrong sign, a wrong multiplier and an average that took no part.
 */
export class Money implements Judge {
  readonly #world: Pick<JudgedWorld, 'tws'>;
  readonly #fail: (text: string) => void;
  readonly #positions = new Map<string, Position>();
  readonly #fills = new Map<string, Fill>();

  constructor(world: Pick<JudgedWorld, 'tws'>, fail: (text: string) => void) {
    this.#world = world;
    this.#fail = fail;
  }

  born(): void {
    this.#positions.clear();
    this.#fills.clear();
  }

  committed(_life: JudgedLife, { changes }: CommitNews): void {
    let paid: { readonly cash: number; readonly quantity: number; readonly execId: string } | undefined;
    for (const { store, value } of changes) {
      if (store !== 'fills' || value === undefined) continue;
      const fill = value as Fill;
      const root = execIdRoot(fill.execId);
      const before = this.#fills.get(root);
      this.#fills.set(root, fill);
      paid = { cash: cashOf(fill) - (before === undefined ? 0 : cashOf(before)), quantity: fill.quantity, execId: fill.execId };
    }
    for (const { store, key, value } of changes) {
      if (store !== 'positions' || value === undefined) continue;
      const position = value as Position;
      const before = this.#positions.get(String(key));
      this.#positions.set(String(key), position);
      if (paid !== undefined && isFolded(before, position)) this.#folded(before, position, paid);
    }
  }

  #folded(
    before: Position | undefined,
    after: Position,
    paid: { readonly cash: number; readonly quantity: number; readonly execId: string },
  ): void {
    const moved = worthOf(after) - worthOf(before) - paid.cash;
    const slack =
      2 * (roundedAway(after.quantity) + roundedAway(before?.quantity ?? 0) + roundedAway(paid.quantity)) * after.contract.multiplier;
    if (Math.abs(moved) > slack)
      this.#fail(
        `I-05: the fill ${paid.execId} leaves ${(moved / 1_000_000).toFixed(6)} of ${after.contract.symbol} neither realised nor held`,
      );
  }

  /** After the quiet: the average of what is held lies within the prices at which it was ever traded, and what TWS says it cost. */
  end(life: JudgedLife): void {
    for (const { contract, quantity, averagePrice, brokerAverageCost } of life.stores.positions.values()) {
      if (quantity === 0) continue;
      const prices = this.#world.tws.ledger.fills
        .filter((fill) => fill.contract.conId === contract.conId)
        .map(({ price }) => Number(price));
      if (brokerAverageCost !== undefined) prices.push(brokerAverageCost);
      // A correction moves a price by a cent.
      const [low, high] = [Math.min(...prices) - 50_000, Math.max(...prices) + 50_000];
      if (averagePrice < low || averagePrice > high)
        this.#fail(
          `I-05: ${contract.symbol} is held at ${averagePrice / 1_000_000} on average, and was traded from ${low / 1_000_000} to ${high / 1_000_000}`,
        );
    }
  }
}

/** The fill moved the position; one that explains a figure taken over before does not. */
function isFolded(before: Position | undefined, after: Position): boolean {
  return (before?.quantity ?? 0) !== after.quantity || (before?.realized ?? 0) !== after.realized;
}

/** Realised less what the open part cost, 1e-6 of the currency. */
function worthOf(position: Position | undefined): number {
  if (position === undefined) return 0;
  return position.realized - (position.averagePrice * position.quantity * position.contract.multiplier) / 10_000;
}

/** Received is positive. The storm's contracts have the multiplier of their position. */
function cashOf({ side, quantity, price }: Fill): number {
  return ((side === 'BUY' ? -1 : 1) * price * quantity) / 10_000;
}
