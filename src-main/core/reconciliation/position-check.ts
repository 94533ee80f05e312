import type { Tx } from '#core/commit/transaction';
import { pauseDesk } from '#core/execution/halt';
import { averageAfter, differenceOf, withExternal } from '#core/portfolio/external-difference';
import { commit, engineState, type Slice } from '#core/state/desk-state';
import { isArmedState } from '#core/state/engine-state';
import { type Effect, log, positionKey } from '#core/state/records';
import type { Refusal } from '#core/state/refusal';
import type { Contract } from '#domain/contract';
import type { AccountId, ConId } from '#domain/ids';
import type { Position } from '#domain/position';
import { formatQuantity, ZERO } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { minus, plus } from '#domain/scaled';

type Desk = Slice<
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'ordersOut'
  | 'positionDifferences'
  | 'recentSends'
  | 'reconciliation'
  | 'stores'
>;

/** The end of a list of positions: what it did not name is flat, and ours are held against it. The keys of those taken over. */
export function positionsListed(desk: Desk): readonly string[] {
  const now = desk.clock.now();
  const { named, askedAt } = desk.reconciliation.positionsEnded(now);
  absentIsFlat(desk, named);
  // What was executed during the opening may be in the broker's figure or not yet; it is taken over, not compared.
  if (desk.reconciliation.isOpening()) {
    desk.positionDifferences.reset();
    return [];
  }
  const taken: string[] = [];
  for (const [key, position] of [...desk.stores.positions.entries()]) {
    const difference = differenceOf(position);
    if (!desk.positionDifferences.listed(key, difference, askedAt, now)) continue;
    desk.positionDifferences.forget(key);
    takeOver(desk, key);
    taken.push(key);
  }
  return taken;
}

/** Either side of the comparison has moved. */
export function watchPosition(desk: Desk, key: string): void {
  const position = desk.stores.positions.get(key);
  if (position !== undefined && !desk.reconciliation.isOpening())
    desk.positionDifferences.note(key, differenceOf(position), desk.clock.now());
}

/** Absence counts as zero only after the end marker. */
function absentIsFlat(desk: Desk, named: ReadonlySet<string>): void {
  const opening = desk.reconciliation.isOpening();
  const gone = [...desk.stores.positions.entries()].filter(
    ([key, position]) => !named.has(key) && (position.brokerQuantity !== 0 || (opening && position.quantity !== 0)),
  );
  if (gone.length === 0) return;
  commit(desk, 'data', 'positions.absent', { kind: 'broker', text: 'positions that the list does not name' }, (tx) => {
    for (const [key] of gone) {
      const position = tx.get(desk.stores.positions, key);
      if (position === undefined) continue;
      const flat = ZERO;
      tx.set(desk.stores.positions, key, { ...position, ...(opening ? { quantity: flat } : {}), brokerQuantity: flat, brokerAt: tx.at });
    }
  });
}

/**
 * two lists in a row hold another quantity than our fills make, and no execution explains it. The broker is the truth: its
 * figure is ours from now on, the difference is marked EXTERNAL, and nothing is started or resumed before the operator has acknowledged it.
 */
function takeOver(desk: Desk, key: string): void {
  const text = commit(
    desk,
    'risk-reducing',
    'position.external',
    { kind: 'broker', text: 'two lists differ from the fills', ref: key },
    (tx) => {
      const position = tx.get(desk.stores.positions, key);
      if (position?.brokerQuantity === undefined) return undefined;
      const difference = minus(position.brokerQuantity, position.quantity);
      if (difference === 0) return undefined;
      const quantity = plus(position.external?.quantity ?? ZERO, difference);
      const sign = difference > 0 ? '+' : '';
      const said =
        `The desk holds ${formatQuantity(position.quantity)} ${position.contract.symbol}, the broker ${formatQuantity(position.brokerQuantity)}: ` +
        `the broker's figure is taken over, ${sign}${formatQuantity(difference)} is EXTERNAL. Compare with TWS, then acknowledge it.`;
      tx.set(desk.stores.positions, key, {
        ...withExternal(position, quantity === 0 ? undefined : { quantity, since: tx.at }),
        quantity: position.brokerQuantity,
        averagePrice: averageAfter(position),
        updatedAt: tx.at,
      });
      log(tx, 'alarm', said, { kind: 'position', key });
      return said;
    },
  );
  if (text !== undefined && isArmedState(engineState(desk))) pauseDesk(desk, text, 'control C-36');
}

/** Taken over from the broker and not acknowledged: nothing is armed, started or resumed before it is. */
export function unacknowledged(desk: Desk): readonly Position[] {
  return [...desk.stores.positions.values()].filter(({ external }) => external !== undefined && external.acknowledgedBy === undefined);
}

/** Why the desk must not trade on its positions; undefined when it may. A sentence. */
export function externalRefusal(desk: Desk): string | undefined {
  const [first, ...more] = unacknowledged(desk);
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return `The position of ${first.contract.symbol}${others} has an EXTERNAL difference; compare it with TWS and acknowledge it first.`;
}

/** The operator has looked at the difference. It stays marked, and counts as what is held. */
export function acknowledgeExternal(desk: Desk, account: AccountId, conId: ConId, by: string): Result<number, Refusal> {
  const key = positionKey(account, conId);
  const known = desk.stores.positions.get(key);
  if (known === undefined) return err({ code: 'not-found', text: 'There is no such position.' });
  if (known.external === undefined)
    return err({ code: 'not-allowed-now', text: `The position of ${known.contract.symbol} has no EXTERNAL difference.` });
  if (known.external.acknowledgedBy !== undefined)
    return err({ code: 'conflict', text: `It was acknowledged already, by ${known.external.acknowledgedBy}.` });
  const seq = commit(
    desk,
    'order',
    'position.acknowledge',
    { kind: 'command', text: `${by} acknowledges the difference of ${known.contract.symbol}`, ref: key },
    (tx) => acknowledge(desk, tx, key, known.contract, by),
  );
  return seq === undefined ? err({ code: 'conflict', text: 'The position changed in the meantime; look at it again.' }) : ok(seq);
}

function acknowledge(desk: Desk, tx: Tx<Effect>, key: string, contract: Contract, by: string): number | undefined {
  const position = tx.get(desk.stores.positions, key);
  if (position?.external === undefined) return undefined;
  tx.set(desk.stores.positions, key, { ...position, external: { ...position.external, acknowledgedBy: by }, updatedAt: tx.at });
  log(tx, 'info', `${by} acknowledged the EXTERNAL difference of ${formatQuantity(position.external.quantity)} ${contract.symbol}.`, {
    kind: 'position',
    key,
  });
  return tx.seq;
}
