import { moveTrigger } from '#core/execution/trigger-transition';
import type { Tx } from '#core/commit/transaction';
import type { Firing } from '#core/trigger/firing';
import { approve } from '#core/risk/risk-engine';
import type { OrderCause } from '#domain/order';
import { formatPrice, priceOf, tickDecimals } from '#domain/price';
import type { Trigger } from '#domain/trigger';
import type { TriggerEvent } from '#domain/trigger-life';
import { type Effect, engineRecord, log, step } from '#core/state/records';
import { mayFire } from '#core/state/engine-state';
import { attempt, count, commit, type Slice } from '#core/state/desk-state';
import { riskContext } from '#core/pretrade/read-risk-context';
import { unknownReason } from '#core/pretrade/hold-reasons';
import { releaseApproved, writeOrders } from '#core/execution/submit';
import { sizeFiring } from './size-firing.ts';

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

const TEN_MINUTES = 600_000;

/** One firing → one commit: trigger, verdict, orders, engine steps. The order itself leaves with the outbox, after the journal. */
export function fire(desk: Desk, firing: Firing, receivedAt: number): void {
  count(desk, 'firings');
  const decimals = tickDecimals(desk.details.get(firing.tick.conId)?.minTick ?? priceOf(0.01));
  const { tick } = firing;
  const crossed =
    tick.previous === undefined || tick.previous === tick.price
      ? formatPrice(tick.price, decimals)
      : `${formatPrice(tick.previous, decimals)} → ${formatPrice(tick.price, decimals)}`;
  const text = firing.cause === 'operator' ? `fired by the operator at ${tick.field} ${crossed}` : `${tick.field} ${crossed}`;
  const decided = attempt(
    desk,
    'order',
    'trigger.fire',
    { kind: firing.cause === 'operator' ? 'command' : firing.cause === 'timer' ? 'timer' : 'tick', text, ref: firing.triggerId },
    (tx) => {
      fireInside(desk, tx, firing, text);
    },
  );
  if (decided.kind === 'failed') failedInside(desk, firing);
  desk.latencies.tickToOrder(desk.clock.monotonic() - receivedAt);
}

/** The commit became a tombstone: a defect. Nothing was sent, and the trigger must not look armed when nobody watches it. */
function failedInside(desk: Desk, firing: Firing): void {
  commit(desk, 'order', 'trigger.fire-failed', { kind: 'system', text: 'a defect stopped the firing', ref: firing.triggerId }, (tx) => {
    const trigger = tx.get(desk.stores.triggers, firing.triggerId);
    if (trigger?.life !== 'armed') return;
    moveTrigger(desk, tx, trigger, ['break'], {
      ...trigger,
      reason: 'A defect of this program stopped the firing; nothing was sent.',
      updatedAt: tx.at,
    });
    log(tx, 'alarm', `${trigger.spec.name} fired, but a defect of this program stopped it; nothing was sent.`, {
      kind: 'trigger',
      key: trigger.id,
    });
  });
}

function fireInside(desk: Desk, tx: Tx<Effect>, firing: Firing, text: string): void {
  const { stores } = desk;
  const trigger = tx.get(stores.triggers, firing.triggerId);
  // The token was spent in the registry; the committed generation and count make it at most once a second time over.
  if (trigger?.life !== 'armed' || trigger.gen !== firing.gen || trigger.fires !== 0) {
    count(desk, 'firings without an armed trigger');
    return;
  }
  const subject = { kind: 'trigger', key: trigger.id } as const;
  const fired: Trigger = {
    ...trigger,
    fires: 1,
    firedAt: tx.at,
    recentFires: [...trigger.recentFires.filter((at) => tx.at - at < TEN_MINUTES), tx.at],
    updatedAt: tx.at,
  };
  const end = (event: TriggerEvent, reason: string): void => {
    moveTrigger(desk, tx, trigger, ['fire', event], { ...fired, reason });
  };
  const engine = engineRecord(tx, stores);
  if (!mayFire(engine.state)) {
    end('fail', `It fired (${text}) while the desk was ${engine.state}; nothing was sent.`);
    log(tx, 'alarm', `${trigger.spec.name} fired while the desk was ${engine.state}; nothing was sent.`, subject);
    return;
  }
  // Two of one drain: the first may have become UNKNOWN as it left. The registry holds the others.
  const unknown = unknownReason(desk, trigger.spec.action.contract);
  if (unknown !== undefined) {
    end('fail', `It fired (${text}), and nothing was sent: ${unknown}`);
    log(tx, 'alarm', `${trigger.spec.name} fired, and nothing was sent: ${unknown}`, subject);
    return;
  }
  step(tx, stores, 'fired', `${trigger.spec.name}: ${text}`);
  const { contract } = trigger.spec.action;
  const quote = contract.conId === firing.tick.conId ? firing.quote : desk.board.quote(contract.conId);
  const sized = sizeFiring(desk, { id: trigger.id, gen: trigger.gen, fire: firing.fire, spec: trigger.spec }, quote);
  const told = (): void => {
    log(tx, 'info', `${trigger.spec.name} fired: ${text}`, subject);
  };
  if (!sized.ok) {
    told();
    end('fail', sized.error.text);
    log(tx, 'alarm', `${trigger.spec.name} could not be sized: ${sized.error.text}`, subject);
    step(tx, stores, 'denied', sized.error.text);
    return;
  }
  const intent = sized.value;
  const verdict = approve(
    intent,
    riskContext(
      desk,
      tx,
      intent,
      { id: trigger.id, recent: trigger.recentFires, tickAt: firing.cause === 'tick' ? firing.tick.at : undefined },
      quote,
    ),
    tx.seq,
  );
  const cause = causeOf(tx, trigger, firing, 'verdict' in verdict ? verdict.verdict : `${verdict.control}: ${verdict.text}`);
  if (!('verdict' in verdict)) {
    told();
    writeOrders(desk, tx, intent, 'DENIED', cause);
    end(verdict.control === 'C-09' ? 'lock' : 'fail', verdict.text);
    log(tx, 'alarm', `Risk denied ${trigger.spec.name} (${verdict.control}): ${verdict.text}`, subject);
    step(tx, stores, 'denied', verdict.text);
    count(desk, 'orders denied');
    return;
  }
  writeOrders(desk, tx, intent, 'QUEUED', cause);
  end('sent', `Fired on ${text}; risk approved.`);
  step(tx, stores, 'sized', verdict.verdict);
  // Effects leave in the order of their making: the order first, then what is told about it.
  releaseApproved(desk, tx, verdict);
  told();
  log(tx, 'info', `Risk approved ${trigger.spec.name}: ${verdict.verdict}`, subject);
}

function causeOf(tx: Tx<Effect>, trigger: Trigger, { tick, sentence }: Firing, verdict: string): OrderCause {
  return {
    triggerName: trigger.spec.name,
    sentence,
    tick: {
      field: tick.field,
      price: tick.price,
      at: tick.at,
      ...(tick.previous === undefined ? {} : { previous: tick.previous }),
    },
    verdict,
    approvedSeq: tx.seq,
    decidedAt: tx.at,
  };
}
