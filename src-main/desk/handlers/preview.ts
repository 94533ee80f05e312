import type { DeskCore } from '#core/engine/desk-core';
import { commit } from '#core/state/desk-state';
import { riskContext } from '#core/pretrade/read-risk-context';
import { armRefusal } from '#core/strategy/trigger/arm';
import { sizeIntent } from '#core/order/sizing';
import { judge } from '#core/risk/risk-engine';
import { priceLeaves } from '#domain/condition';
import type { TriggerId } from '#domain/ids';
import type { OrderLeg } from '#domain/order';
import { formatPrice } from '#domain/price';
import { formatQuantity } from '#domain/quantity';
import { fieldPrice } from '#domain/quote';
import { triggerNote, triggerSentence } from '#domain/sentence';
import type { TriggerSpec } from '#domain/trigger';
import type { TriggerPreview } from '#protocol/commands';
import { abs, minus, plus } from '#domain/scaled';
import { decimalsOf } from '#desk/projection/row-figures';

const DRAFT = 'DRAFT000' as TriggerId;

/** The draft read back, sized and judged as if it fired now. Nothing is written but the read itself; nothing is approved. */
export function previewTrigger(core: DeskCore, spec: TriggerSpec): TriggerPreview {
  const { deskState } = core;
  const [leaf] = priceLeaves(spec.condition);
  const decimals = decimalsOf(deskState, leaf?.contract.conId ?? spec.action.contract.conId);
  const position =
    deskState.accounts.current() === undefined
      ? undefined
      : [...deskState.stores.positions.values()].find((held) => held.contract.conId === spec.action.contract.conId);
  const sentence = triggerSentence(spec, decimals, position === undefined ? {} : { positionQuantity: position.quantity });
  const blocked = armRefusal(deskState, spec)?.text ?? null;
  const account = deskState.accounts.current();
  const details = deskState.details.get(spec.action.contract.conId);
  const note = `${whereNow(core, spec, decimals)}${triggerNote(spec)}`;
  if (account === undefined || details === undefined) return { sentence, note, verdict: null, blocked, legs: [] };
  const atLevel = quoteAtLevel(core, spec);
  const sized = sizeIntent({
    account: account.id,
    triggerId: DRAFT,
    gen: 1,
    fire: 1,
    action: spec.action,
    details,
    quote: atLevel,
    purpose: 'entry',
    origin: 'trigger',
  });
  if (!sized.ok) return { sentence, note, verdict: { approved: false, control: null, text: sized.error }, blocked, legs: [] };
  const verdict = commit(deskState, 'housekeeping', 'trigger.preview', { kind: 'command', text: 'preview' }, (tx) =>
    judge(sized.value, riskContext(deskState, tx, sized.value, undefined, atLevel)),
  );
  return {
    sentence,
    note,
    verdict:
      verdict === undefined
        ? null
        : { approved: verdict.kind === 'approved', control: verdict.kind === 'denied' ? verdict.control : null, text: verdict.text },
    blocked,
    legs: sized.value.legs.map((leg) => legLine(leg, decimalsOf(deskState, spec.action.contract.conId))),
  };
}

/** When the trigger watches what it trades, the order will meet the market at the level, not where it stands now. */
function quoteAtLevel(core: DeskCore, spec: TriggerSpec): ReturnType<DeskCore['deskState']['board']['quote']> {
  const conId = spec.action.contract.conId;
  const quote = core.deskState.board.quote(conId);
  const leaf = priceLeaves(spec.condition).find((candidate) => candidate.contract.conId === conId);
  if (quote?.bid === undefined || quote.ask === undefined || leaf?.kind !== 'price') return quote;
  const now = fieldPrice(quote, leaf.field);
  if (now === undefined) return quote;
  const shift = minus(leaf.level, now);
  return {
    ...quote,
    bid: plus(quote.bid, shift),
    ask: plus(quote.ask, shift),
    ...(quote.last === undefined ? {} : { last: plus(quote.last, shift) }),
  };
}

function whereNow(core: DeskCore, spec: TriggerSpec, decimals: number): string {
  const leaf = priceLeaves(spec.condition).find((candidate) => candidate.kind === 'price');
  if (leaf?.kind !== 'price') return '';
  const quote = core.deskState.board.quote(leaf.contract.conId);
  const price = quote === undefined ? undefined : fieldPrice(quote, leaf.field);
  if (price === undefined) return `No ${leaf.field} of ${leaf.contract.symbol} is known yet. `;
  const away = abs(minus(price, leaf.level));
  const percent = ((away / Math.max(1, Math.abs(price))) * 100).toFixed(2);
  const side = price === leaf.level ? 'at' : price > leaf.level ? 'above' : 'below';
  return side === 'at' ? 'Now at the level. ' : `Now ${side} the level by ${formatPrice(away, decimals)} (${percent} %). `;
}

function legLine(leg: OrderLeg, decimals: number): string {
  const name = leg.leg === 'E' ? 'Entry' : leg.leg === 'T' ? 'Target' : 'Stop';
  const prices = [
    leg.stop === undefined ? '' : ` stop ${formatPrice(leg.stop, decimals)}`,
    leg.limit === undefined ? '' : ` limit ${formatPrice(leg.limit, decimals)}`,
  ].join('');
  return `${name}: ${leg.side} ${formatQuantity(leg.quantity)} ${leg.type}${prices} ${leg.tif}`;
}
