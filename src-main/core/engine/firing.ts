import type { Tx } from '#core/commit/transaction';
import { sizeIntent } from '#core/order/sizing';
import type { Firing } from '#core/trigger/firing';
import { approve } from '#core/risk/risk-engine';
import type { OrderCause } from '#domain/order';
import { formatPrice, priceOf, tickDecimals } from '#domain/price';
import type { Trigger } from '#domain/trigger';
import { nextTriggerLife, type TriggerEvent } from '#domain/trigger-life';
import { type Effect, engineRecord, log, step } from './desk-state.ts';
import { mayFire } from './engine-table.ts';
import { attempt, count, commit, type Hall } from './hall.ts';
import { riskContext } from './risk-view.ts';
import { unknownFault } from './holds.ts';
import { releaseApproved, writeOrders } from './place-orders.ts';

const TEN_MINUTES = 600_000;

/** One firing → one commit: trigger, verdict, orders, engine steps. The order itself leaves with the outbox, after the journal. */
export function fire(hall: Hall, firing: Firing, receivedAt: number): void {
  count(hall, 'firings');
  const decimals = tickDecimals(hall.details.get(firing.tick.conId)?.minTick ?? priceOf(0.01));
  const { tick } = firing;
  const crossed =
    tick.previous === undefined || tick.previous === tick.price
      ? formatPrice(tick.price, decimals)
      : `${formatPrice(tick.previous, decimals)} → ${formatPrice(tick.price, decimals)}`;
  const text = firing.cause === 'operator' ? `fired by the operator at ${tick.field} ${crossed}` : `${tick.field} ${crossed}`;
  const decided = attempt(
    hall,
    'order',
    'trigger.fire',
    { kind: firing.cause === 'operator' ? 'command' : firing.cause === 'timer' ? 'timer' : 'tick', text, ref: firing.triggerId },
    (tx) => {
      fireInside(hall, tx, firing, text);
    },
  );
  if (decided.kind === 'failed') failedInside(hall, firing);
  hall.latencies.tickToOrder(hall.ports.clock.monotonic() - receivedAt);
}

/** The commit became a tombstone: a defect. Nothing was sent, and the trigger must not look armed when nobody watches it. */
function failedInside(hall: Hall, firing: Firing): void {
  commit(hall, 'order', 'trigger.fire-failed', { kind: 'system', text: 'a defect stopped the firing', ref: firing.triggerId }, (tx) => {
    const trigger = tx.get(hall.stores.triggers, firing.triggerId);
    if (trigger?.life !== 'armed') return;
    tx.set(hall.stores.triggers, trigger.id, {
      ...trigger,
      life: 'failed',
      reason: 'A defect of this program stopped the firing; nothing was sent.',
      updatedAt: tx.at,
    });
    log(tx, 'alarm', `${trigger.spec.name} fired, but a defect of this program stopped it; nothing was sent.`, {
      kind: 'trigger',
      key: trigger.id,
    });
  });
}

function fireInside(hall: Hall, tx: Tx<Effect>, firing: Firing, text: string): void {
  const { stores } = hall;
  const trigger = tx.get(stores.triggers, firing.triggerId);
  // The token was spent in the registry; the committed generation and count make it at most once a second time over.
  if (trigger?.life !== 'armed' || trigger.gen !== firing.gen || trigger.fires !== 0) {
    count(hall, 'firings without an armed trigger');
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
    const firingLife = nextTriggerLife(trigger.life, 'fire') ?? 'firing';
    tx.set(stores.triggers, trigger.id, { ...fired, life: nextTriggerLife(firingLife, event) ?? 'failed', reason });
  };
  const desk = engineRecord(tx, stores);
  if (!mayFire(desk.state)) {
    end('fail', `It fired (${text}) while the desk was ${desk.state}; nothing was sent.`);
    log(tx, 'alarm', `${trigger.spec.name} fired while the desk was ${desk.state}; nothing was sent.`, subject);
    return;
  }
  // Two of one drain: the first may have become UNKNOWN as it left. The registry holds the others.
  const unknown = unknownFault(hall, trigger.spec.action.contract);
  if (unknown !== undefined) {
    end('fail', `It fired (${text}), and nothing was sent: ${unknown}`);
    log(tx, 'alarm', `${trigger.spec.name} fired, and nothing was sent: ${unknown}`, subject);
    return;
  }
  step(tx, stores, 'fired', `${trigger.spec.name}: ${text}`);
  const account = hall.accounts.current();
  const { action } = trigger.spec;
  const details = hall.details.get(action.contract.conId);
  const quote = action.contract.conId === firing.tick.conId ? firing.quote : hall.board.quote(action.contract.conId);
  const sized =
    account === undefined || details === undefined
      ? {
          ok: false as const,
          error: account === undefined ? 'TWS has offered no account.' : `The contract details of ${action.contract.symbol} are not known.`,
        }
      : sizeIntent({
          account: account.id,
          triggerId: trigger.id,
          gen: trigger.gen,
          fire: firing.fire,
          action,
          details,
          quote,
          purpose: 'entry',
          origin: 'trigger',
        });
  const told = (): void => {
    log(tx, 'info', `${trigger.spec.name} fired: ${text}`, subject);
  };
  if (!sized.ok) {
    told();
    end('fail', sized.error);
    log(tx, 'alarm', `${trigger.spec.name} could not be sized: ${sized.error}`, subject);
    step(tx, stores, 'denied', sized.error);
    return;
  }
  const intent = sized.value;
  const verdict = approve(
    intent,
    riskContext(hall, tx, intent, trigger, quote, firing.cause === 'tick' ? firing.tick.at : undefined),
    tx.seq,
  );
  const cause: OrderCause = {
    triggerName: trigger.spec.name,
    sentence: firing.sentence,
    tick: {
      field: firing.tick.field,
      price: firing.tick.price,
      at: firing.tick.at,
      ...(firing.tick.previous === undefined ? {} : { previous: firing.tick.previous }),
    },
    verdict: 'verdict' in verdict ? verdict.verdict : `${verdict.control}: ${verdict.text}`,
    approvedSeq: tx.seq,
    decidedAt: tx.at,
  };
  if (!('verdict' in verdict)) {
    told();
    writeOrders(hall, tx, intent, 'DENIED', cause, `${verdict.control}: ${verdict.text}`);
    end(verdict.control === 'C-09' ? 'lock' : 'fail', verdict.text);
    log(tx, 'alarm', `Risk denied ${trigger.spec.name} (${verdict.control}): ${verdict.text}`, subject);
    step(tx, stores, 'denied', verdict.text);
    count(hall, 'orders denied');
    return;
  }
  writeOrders(hall, tx, intent, 'QUEUED', cause, `approved: ${verdict.verdict}`);
  end('sent', `Fired on ${text}; risk approved.`);
  step(tx, stores, 'sized', verdict.verdict);
  // Effects leave in the order of their making: the order first, then what is told about it.
  releaseApproved(hall, tx, verdict);
  told();
  log(tx, 'info', `Risk approved ${trigger.spec.name}: ${verdict.verdict}`, subject);
}
