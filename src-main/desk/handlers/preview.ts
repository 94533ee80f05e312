import type { DeskAccess } from '#core/engine/desk-commands';
import type { DeskView } from '#core/state/desk-view';
import type { DryRun } from '#core/strategy/trigger/dry-run';
import { priceLeaves } from '#domain/condition';
import type { OrderLeg } from '#domain/order';
import { formatPrice } from '#domain/price';
import { formatQuantity } from '#domain/quantity';
import { fieldPrice } from '#domain/quote';
import { triggerNote, triggerSentence } from '#domain/sentence';
import type { TriggerSpec } from '#domain/trigger';
import type { TriggerPreview } from '#protocol/commands';
import { abs, minus } from '#domain/scaled';
import { decimalsOf } from '#desk/projection/row-figures';

/** The draft read back, sized and judged as if it fired now, in words. */
export function previewTrigger({ view, commands }: DeskAccess, spec: TriggerSpec): TriggerPreview {
  const [leaf] = priceLeaves(spec.condition);
  const decimals = decimalsOf(view, leaf?.contract.conId ?? spec.action.contract.conId);
  const position =
    view.accounts.current() === undefined
      ? undefined
      : [...view.stores.positions.values()].find((held) => held.contract.conId === spec.action.contract.conId);
  const { blocked, sized, verdict } = commands.dryRun(spec);
  return {
    sentence: triggerSentence(spec, decimals, position === undefined ? {} : { positionQuantity: position.quantity }),
    note: `${whereNow(view, spec, decimals)}${triggerNote(spec)}`,
    verdict: sized?.ok === false ? { approved: false, control: null, text: sized.error } : verdictView(verdict),
    blocked: blocked ?? null,
    legs: sized?.ok === true ? sized.value.legs.map((leg) => legLine(leg, decimalsOf(view, spec.action.contract.conId))) : [],
  };
}

function verdictView(verdict: DryRun['verdict']): TriggerPreview['verdict'] {
  if (verdict === undefined) return null;
  return { approved: verdict.kind === 'approved', control: verdict.kind === 'denied' ? verdict.control : null, text: verdict.text };
}

function whereNow(view: DeskView, spec: TriggerSpec, decimals: number): string {
  const leaf = priceLeaves(spec.condition).find((candidate) => candidate.kind === 'price');
  if (leaf?.kind !== 'price') return '';
  const quote = view.board.quote(leaf.contract.conId);
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
