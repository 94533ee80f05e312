import { isChangeable } from '#core/execution/modify';
import { awakeOf, entryOf, isOpenEntry, takesOf, waitsForEntry } from '#core/order/brackets';
import { groupOf, restOfGroups } from '#core/order/oca-group';
import { stopsProtecting } from '#core/order/stop-coverage';
import type { Refusal } from '#core/state/refusal';
import { isStopType, type Order, sameTrail, type Trail } from '#domain/order';
import type { Position } from '#domain/position';
import type { Price } from '#domain/price';
import type { Result } from '#domain/result';
import type { JudgedLife } from './judged.ts';
import type { Refusals } from './refusals.ts';

export type WayOutAct = 'close' | 'protect' | 'breakeven' | 'trail';

/** What the operator asks, and what is true as he asks. */
export interface Asked {
  readonly act: WayOutAct;
  readonly position: Position;
  /** Of a close: it would be less than one share. */
  readonly isNothing: boolean;
  /** Where the stop would stand; undefined for a close, or where nobody knows. */
  readonly level: Price | undefined;
  /** Of a trail: how far behind. */
  readonly trail?: Trail;
  /** What a close would meet, and stops watch; undefined without a market. */
  readonly market: Price | undefined;
}

/** Why a reduction may be refused although the link is ready and the book compared. Each is looked up in the book, none is read from a text. */
const REASONS = {
  'a close or a trail is under way': ({ stores }: JudgedLife, { position }: Asked): boolean => {
    const key = `${position.account}:${position.contract.conId}`;
    return stores.closings.has(key) || [...stores.trailings.values()].some((trailing) => trailing.position === key);
  },
  'a close is at the broker': (life: JudgedLife, { position }: Asked): boolean => against(life, position).some(({ leg }) => leg === 'F'),
  'less than one': (_life: JudgedLife, { isNothing }: Asked): boolean => isNothing,
  'no market': (_life: JudgedLife, { act, market }: Asked): boolean => act !== 'close' && market === undefined,
  'it would fire at once': (_life: JudgedLife, { level, market, position }: Asked): boolean =>
    level !== undefined && market !== undefined && (position.quantity > 0 ? level >= market : level <= market),
  'a stop stands beyond the market and has not fired': (life: JudgedLife, { act, market, position }: Asked): boolean =>
    act === 'trail' &&
    market !== undefined &&
    stopsOf(life, position).some(({ stop }) => stop !== undefined && (position.quantity > 0 ? stop >= market : stop <= market)),
  'the exits together are larger than what is held': (life: JudgedLife, { act, position }: Asked): boolean =>
    (act === 'breakeven' || act === 'trail') && restOfGroups(against(life, position)) > Math.abs(position.quantity),
  'the entry of a stop still works': (life: JudgedLife, { act, position }: Asked): boolean =>
    act === 'trail' && stopsOf(life, position).some((order) => isOpenEntry(entryOf(life.deskState.index, order))),
  'covered already': (life: JudgedLife, { act, position }: Asked): boolean =>
    act === 'protect' && stopsProtecting(life.deskState.index, life.deskState.index.working(), position) >= Math.abs(position.quantity),
  // The stop entry of a trigger covers too, and is none that could be made to trail for the position.
  'covered already, by no stop of the position': (life: JudgedLife, { act, position }: Asked): boolean =>
    act === 'trail' &&
    stopsOf(life, position).every(({ leg, origin }) => leg === 'E' || origin === 'foreign') &&
    stopsProtecting(life.deskState.index, life.deskState.index.working(), position) >= Math.abs(position.quantity),
  'other exits take it': (life: JudgedLife, { act, position }: Asked): boolean => act !== 'close' && takenBy(life, position) > 0,
  'no plain stop to move': (life: JudgedLife, { act, position, level }: Asked): boolean =>
    act === 'breakeven' && !stopsOf(life, position).some(({ leg, type, stop }) => leg !== 'E' && type === 'STP' && stop !== level),
  'it trails so already': (life: JudgedLife, { trail, position }: Asked): boolean =>
    trail !== undefined && stopsOf(life, position).some((order) => order.type === 'TRAIL' && sameTrail(order.trail, trail)),
  'a stop cannot be changed now': (life: JudgedLife, { act, position }: Asked): boolean =>
    act !== 'protect' && stopsOf(life, position).some((order) => !isChangeable(order)),
  'the exits are another program’s or have no number': (life: JudgedLife, { position }: Asked): boolean =>
    against(life, position).some(({ origin, orderId }) => origin === 'foreign' || (origin === 'manual' && orderId === undefined)),
  'an exit is on its way': (life: JudgedLife, { position }: Asked): boolean =>
    against(life, position).some(({ state }) => state === 'QUEUED' || state === 'INTENT'),
  'it would loosen a stop under the kill switch': (life: JudgedLife, { act }: Asked): boolean =>
    life.deskState.latch.isSet() && (act === 'breakeven' || act === 'trail'),
} as const;

/** The act table, in storms: where the link is ready and the book compared a reduction is done, in whatever state, or its reason holds. */
export class WayOut {
  /** By state: how often the way out was asked for, and how often it was open. */
  readonly tried = new Map<string, { asked: number; done: number }>();
  readonly #fail: (text: string) => void;

  readonly #refusals: () => Refusals;

  constructor(refusals: () => Refusals, fail: (text: string) => void) {
    this.#refusals = refusals;
    this.#fail = fail;
  }

  ask(life: JudgedLife, asked: Asked, act: () => Result<unknown, Refusal>): boolean {
    const { state, deskState } = life;
    const { link, reconciliation } = deskState;
    const isOpen = link.ready && link.upstream !== 'down' && reconciliation.done() && life.journal.status().state === 'ready';
    const holds = Object.entries(REASONS).filter(([, reason]) => reason(life, asked));
    const answer = this.#refusals().of(asked.act, act);
    const count = this.tried.get(state) ?? { asked: 0, done: 0 };
    this.tried.set(state, { asked: count.asked + 1, done: count.done + (answer.ok ? 1 : 0) });
    if (!answer.ok && life.alive && isOpen && holds.length === 0)
      this.#fail(
        `A2: in ${state} ${asked.act} of ${asked.position.contract.symbol} was refused, and no reason holds: ${answer.error.text}`,
      );
    return answer.ok;
  }
}

/** Everything that is or may be at the broker on the side that lowers the position, queued orders included. */
function against({ deskState }: JudgedLife, { account, contract, quantity }: Position): readonly Order[] {
  const side = quantity > 0 ? 'SELL' : 'BUY';
  return deskState.index
    .exposed()
    .filter(
      (order) =>
        order.account === account &&
        order.contract.conId === contract.conId &&
        order.side === side &&
        !waitsForEntry(deskState.index, order),
    );
}

function stopsOf(life: JudgedLife, position: Position): readonly Order[] {
  return against(life, position).filter((order) => isStopType(order.type));
}

/**
 * What exits take that no stop covers with them: a new stop has to share with those. Of a group with a stop that is what it may take beyond
 * what its stops certainly do: all of it, where one of them is sent and not confirmed, or where IB has not yet said that the exits of a cancelled entry went
 * with it.
 */
function takenBy(life: JudgedLife, position: Position): number {
  const exits = against(life, position);
  const { index } = life.deskState;
  const stops = exits.filter((order) => isStopType(order.type));
  const stopGroups = new Set(stops.filter((order) => isChangeable(order)).map(groupOf));
  const sent = new Set(stops.filter(({ state }) => state === 'SUBMITTED' || state === 'UNKNOWN').map(groupOf));
  const free = exits.filter((order) => !stopGroups.has(groupOf(order)) || sent.has(groupOf(order)) || awakeOf(index, order) === 0);
  return restOfGroups(free, (order) => takesOf(index, order));
}
