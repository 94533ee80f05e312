import { releaseApproved, writeOrders } from '#core/execution/submit';
import { ocaGroupOf } from '#core/order/oca-group';
import { riskContext } from '#core/pretrade/read-risk-context';
import { approve } from '#core/risk/risk-engine';
import { attempt, type Slice } from '#core/state/desk-state';
import { log, positionKey } from '#core/state/records';
import { type Refusal, refuseNow } from '#core/state/refusal';
import { type OrderKey, orderKeyOf, triggerIdOf } from '#domain/ids';
import type { OrderCause, OrderIntent, OrderLeg } from '#domain/order';
import { type Leg, orderRef } from '#domain/order-ref';
import type { Position } from '#domain/position';
import { err, ok, type Result } from '#domain/result';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'ordersOut'
  | 'recentSends'
  | 'rules'
  | 'stores'
>;

export interface SentExit {
  readonly seq: number;
  readonly key: OrderKey;
}

/** One reduce-only order of the operator's hand. Its reference holds the commit's number, which never repeats, also not after a restart. */
export function sendExit(
  desk: Desk,
  position: Position,
  exit: Omit<OrderLeg, 'ref' | 'side'>,
  sentence: string,
): Result<SentExit, Refusal> {
  const { account, contract } = position;
  const key = positionKey(account, contract.conId);
  const kind: Leg = exit.leg;
  const id = triggerIdOf(`${kind}${contract.conId.toString(36).toUpperCase().padStart(7, '0').slice(-7)}`);
  const outcome = attempt(
    desk,
    'risk-reducing',
    kind === 'F' ? 'position.flatten' : 'position.protect',
    { kind: 'command', text: sentence, ref: key },
    (tx) => {
      const ref = orderRef({ triggerId: id, gen: Math.floor(tx.seq / 1_000_000) + 1, fire: tx.seq % 1_000_000, leg: kind });
      const leg: OrderLeg = {
        ...exit,
        side: position.quantity > 0 ? 'SELL' : 'BUY',
        ref,
        // Its own group at first: whatever shall replace or accompany it can join.
        ...(kind === 'S' && exit.ocaGroup === undefined ? { ocaGroup: ocaGroupOf(ref) } : {}),
      };
      const intent: OrderIntent = { account, contract, purpose: 'reduce', origin: 'operator', legs: [leg] };
      const verdict = approve(intent, riskContext(desk, tx, intent, undefined, undefined), tx.seq);
      if (!('verdict' in verdict)) return verdict.text;
      const cause: OrderCause = { sentence, verdict: verdict.verdict, approvedSeq: tx.seq, decidedAt: tx.at };
      writeOrders(desk, tx, intent, 'QUEUED', cause);
      log(tx, 'warning', sentence, { kind: 'position', key });
      releaseApproved(desk, tx, verdict);
      return { seq: tx.seq, key: orderKeyOf(ref) };
    },
  );
  if (outcome.kind === 'failed') return refuseNow('The order could not be recorded; nothing was sent.');
  // Only from inside an effect, where nobody waits for the answer.
  if (outcome.kind === 'deferred')
    return err({ code: 'conflict', text: 'The order is being recorded; look at the orders before you ask again.' });
  return typeof outcome.value === 'string' ? refuseNow(outcome.value) : ok(outcome.value);
}
