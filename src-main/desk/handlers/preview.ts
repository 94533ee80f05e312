import type { DeskAccess } from '#core/engine/desk-commands';
import type { DeskView } from '#core/state/desk-view';
import type { DryRun } from '#core/strategy/trigger/dry-run';
import { barredBy, needText } from '#core/strategy/trigger/seen-refusal';
import type { TriggerId } from '#domain/ids';
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
export function previewTrigger({ view, commands }: DeskAccess, spec: TriggerSpec, id?: TriggerId): TriggerPreview {
  const [leaf] = priceLeaves(spec.condition);
  const decimals = decimalsOf(view, leaf?.contract.conId ?? spec.action.contract.conId);
  const position =
    view.accounts.current() === undefined
      ? undefined
      : [...view.stores.positions.values()].find((held) => held.contract.conId === spec.action.contract.conId);
  const run = commands.dryRun(spec, id);
  const { sized } = run;
  return {
    sentence: triggerSentence(spec, decimals, position === undefined ? {} : { positionQuantity: position.quantity }),
    note: `${whereNow(view, spec, decimals)}${triggerNote(spec)}`,
    verdict: verdictView(run),
    blocked: (run.blocked ?? barredBy(run))?.text ?? null,
    legs: sized.ok ? sized.value.legs.map((leg) => legLine(leg, decimalsOf(view, spec.action.contract.conId))) : [],
    figures: figuresLine(spec, run, decimals),
    needs: run.needs.map((kind) => ({ kind, text: needText(kind, run) })),
    fingerprint: run.fingerprint,
  };
}

function verdictView({ verdict, denial }: DryRun): TriggerPreview['verdict'] {
  if (denial !== undefined) return { approved: false, control: verdict?.kind === 'denied' ? verdict.control : null, text: denial.text };
  return { approved: true, control: null, text: verdict?.text ?? '' };
}

/** Percent exits and offsets are measured when the trigger fires; what stands here is from a market that may have moved by then. */
function figuresLine({ action }: TriggerSpec, { truth, level }: DryRun, decimals: number): string {
  const measured = [action.target, action.stop].some((exit) => exit?.kind === 'percent') || action.entry.limitOffset !== undefined;
  if (!measured) return '';
  if (truth === 'true') return 'Prices measured from the market now, where it fires at once.';
  const from = level === undefined ? 'from the market now' : `from the trigger price ${formatPrice(level, decimals)}`;
  return `Prices measured ${from}; they are measured anew when it fires.`;
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
