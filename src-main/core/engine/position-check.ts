import type { Tx } from '#core/commit/transaction';
import type { Contract } from '#domain/contract';
import type { Execution } from '#domain/execution';
import type { Order } from '#domain/order';
import type { ExternalDifference, Position } from '#domain/position';
import { type Price, ZERO_PRICE } from '#domain/price';
import { formatQuantity, ZERO } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import type { AccountId, ConId } from '#domain/ids';
import { minus, negate, plus } from '#domain/scaled';
import { type Effect, log, positionKey } from './desk-state.ts';
import { isArmedState } from './engine-table.ts';
import { commit, engineState, type Hall } from './hall.ts';
import { pauseDesk } from './life.ts';
import type { Refusal } from './refusal.ts';

/** A live execution that comes so long after the broker's figure was taken over may be what had moved it. */
const EXPLAINS_MS = 30_000;

/** The end of a list of positions: what it did not name is flat, and ours are held against it. The keys of those taken over. */
export function positionsListed(hall: Hall): readonly string[] {
  const now = hall.ports.clock.now();
  const { named, askedAt } = hall.reconciliation.positionsEnded(now);
  absentIsFlat(hall, named);
  // What was executed during the opening may be in the broker's figure or not yet; it is taken over, not compared.
  if (hall.reconciliation.isOpening()) {
    hall.positionWatch.reset();
    return [];
  }
  const taken: string[] = [];
  for (const [key, position] of [...hall.stores.positions.entries()]) {
    const difference = differenceOf(position);
    if (!hall.positionWatch.listed(key, difference, askedAt, now)) continue;
    hall.positionWatch.forget(key);
    takeOver(hall, key);
    taken.push(key);
  }
  return taken;
}

function differenceOf({ quantity, brokerQuantity }: Position): number {
  return brokerQuantity === undefined ? 0 : brokerQuantity - quantity;
}

/** Either side of the comparison has moved. */
export function watchPosition(hall: Hall, key: string): void {
  const position = hall.stores.positions.get(key);
  if (position !== undefined && !hall.reconciliation.isOpening())
    hall.positionWatch.note(key, differenceOf(position), hall.ports.clock.now());
}

/** Absence counts as zero only after the end marker. */
function absentIsFlat(hall: Hall, named: ReadonlySet<string>): void {
  const opening = hall.reconciliation.isOpening();
  const gone = [...hall.stores.positions.entries()].filter(
    ([key, position]) => !named.has(key) && (position.brokerQuantity !== 0 || (opening && position.quantity !== 0)),
  );
  if (gone.length === 0) return;
  commit(hall, 'data', 'positions.absent', { kind: 'broker', text: 'positions that the list does not name' }, (tx) => {
    for (const [key] of gone) {
      const position = tx.get(hall.stores.positions, key);
      if (position === undefined) continue;
      const flat = ZERO;
      tx.set(hall.stores.positions, key, { ...position, ...(opening ? { quantity: flat } : {}), brokerQuantity: flat, brokerAt: tx.at });
    }
  });
}

/**
 * two lists in a row hold another quantity than our fills make, and no execution explains it. The broker is the truth: its
 * figure is ours from now on, the difference is marked EXTERNAL, and nothing is started or resumed before the operator has acknowledged it.
 */
function takeOver(hall: Hall, key: string): void {
  const text = commit(
    hall,
    'risk-reducing',
    'position.external',
    { kind: 'broker', text: 'two lists differ from the fills', ref: key },
    (tx) => {
      const position = tx.get(hall.stores.positions, key);
      if (position?.brokerQuantity === undefined) return undefined;
      const difference = minus(position.brokerQuantity, position.quantity);
      if (difference === 0) return undefined;
      const quantity = plus(position.external?.quantity ?? ZERO, difference);
      const sign = difference > 0 ? '+' : '';
      const said =
        `The desk holds ${formatQuantity(position.quantity)} ${position.contract.symbol}, the broker ${formatQuantity(position.brokerQuantity)}: ` +
        `the broker's figure is taken over, ${sign}${formatQuantity(difference)} is EXTERNAL. Compare with TWS, then acknowledge it.`;
      tx.set(hall.stores.positions, key, {
        ...withExternal(position, quantity === 0 ? undefined : { quantity, since: tx.at }),
        quantity: position.brokerQuantity,
        averagePrice: averageAfter(position),
        updatedAt: tx.at,
      });
      log(tx, 'alarm', said, { kind: 'position', key });
      return said;
    },
  );
  if (text !== undefined && isArmedState(engineState(hall))) pauseDesk(hall, text, 'control C-36');
}

function averageAfter(position: Position): Price {
  if (position.brokerQuantity === 0) return ZERO_PRICE;
  return position.brokerAverageCost ?? position.averagePrice;
}

function withExternal(position: Position, external: ExternalDifference | undefined): Position {
  const { external: _before, ...rest } = position;
  return external === undefined ? rest : { ...rest, external };
}

/**
 * The broker's figure was taken over, and now an execution is told that accounts for it: it is in the position already. Undefined when the
 * execution is a new one. A wrong guess is found by the next lists, which compare as always.
 */
export function explainedBy(
  position: Position,
  execution: Pick<Execution, 'side' | 'quantity'>,
  told: { readonly live: boolean; readonly order: Order | undefined; readonly at: number },
): Position | undefined {
  const { external } = position;
  if (external === undefined) return undefined;
  const signed = execution.side === 'BUY' ? execution.quantity : negate(execution.quantity);
  if (Math.sign(signed) !== Math.sign(external.quantity) || Math.abs(signed) > Math.abs(external.quantity)) return undefined;
  if (told.live && told.at - external.since > EXPLAINS_MS) return undefined;
  if (told.order?.sentAt !== undefined && told.order.sentAt >= external.since) return undefined;
  const left = minus(external.quantity, signed);
  return withExternal(position, left === 0 ? undefined : { ...external, quantity: left });
}

/** Taken over from the broker and not acknowledged: nothing is armed, started or resumed before it is. */
export function unacknowledged(hall: Hall): readonly Position[] {
  return [...hall.stores.positions.values()].filter(({ external }) => external !== undefined && external.acknowledgedBy === undefined);
}

/** Why the desk must not trade on its positions; undefined when it may. A sentence. */
export function externalFault(hall: Hall): string | undefined {
  const [first, ...more] = unacknowledged(hall);
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return `The position of ${first.contract.symbol}${others} has an EXTERNAL difference; compare it with TWS and acknowledge it first.`;
}

/** The operator has looked at the difference. It stays marked, and counts as what is held. */
export function acknowledgeExternal(hall: Hall, account: AccountId, conId: ConId, by: string): Result<number, Refusal> {
  const key = positionKey(account, conId);
  const known = hall.stores.positions.get(key);
  if (known === undefined) return err({ code: 'not-found', text: 'There is no such position.' });
  if (known.external === undefined)
    return err({ code: 'not-allowed-now', text: `The position of ${known.contract.symbol} has no EXTERNAL difference.` });
  if (known.external.acknowledgedBy !== undefined)
    return err({ code: 'conflict', text: `It was acknowledged already, by ${known.external.acknowledgedBy}.` });
  const seq = commit(
    hall,
    'order',
    'position.acknowledge',
    { kind: 'command', text: `${by} acknowledges the difference of ${known.contract.symbol}`, ref: key },
    (tx) => acknowledge(hall, tx, key, known.contract, by),
  );
  return seq === undefined ? err({ code: 'conflict', text: 'The position changed in the meantime; look at it again.' }) : ok(seq);
}

function acknowledge(hall: Hall, tx: Tx<Effect>, key: string, contract: Contract, by: string): number | undefined {
  const position = tx.get(hall.stores.positions, key);
  if (position?.external === undefined) return undefined;
  tx.set(hall.stores.positions, key, { ...position, external: { ...position.external, acknowledgedBy: by }, updatedAt: tx.at });
  log(tx, 'info', `${by} acknowledged the EXTERNAL difference of ${formatQuantity(position.external.quantity)} ${contract.symbol}.`, {
    kind: 'position',
    key,
  });
  return tx.seq;
}
