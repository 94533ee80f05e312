import { loosens } from '#protocol/looser';
import { mostReserved } from '#domain/message-reserve';
import type { Limits } from '#protocol/settings';

export type LimitName = keyof Limits;

export interface LimitWord {
  readonly name: LimitName;
  readonly control: string;
  readonly label: string;
  readonly unit: string;
  readonly why: string;
}

type Row = readonly [name: LimitName, control: string, label: string, unit: string, why: string];

const ROWS: readonly Row[] = [
  ['maxOrderShares', 'C-01', 'Largest order', 'shares', 'An order above this is denied: a typing slip stays small.'],
  ['maxOrderContracts', 'C-01', 'Largest order', 'contracts', 'The same for options and futures.'],
  ['maxOrderNotional', 'C-02', 'Largest order by value', 'account currency', 'Price × quantity × multiplier of one order.'],
  ['collarPercent', 'C-03', 'Price collar', '%', 'A limit price further from the market than this is denied.'],
  ['collarTicks', 'C-03', 'Price collar', 'ticks', 'The same in price steps; the narrower of both counts.'],
  ['maxQuoteAgeMs', 'C-05', 'Oldest quote that may fire', 'ms', 'A trigger on an older quote holds and says so.'],
  ['messagesPerSecond', 'C-07', 'Messages to TWS', 'per second', 'TWS disconnects above 50.'],
  ['reservedMessagesPerSecond', 'C-07', 'Of these kept for kill and cancel', 'per second', 'Orders cannot use them up.'],
  ['ordersPerSecondPerSymbol', 'C-08', 'Orders in one symbol', 'per second', 'Faster ones are denied.'],
  ['ordersPerSecond', 'C-08', 'Orders in all symbols', 'per second', 'Faster ones are denied.'],
  ['firingsPerTenMinutes', 'C-09', 'Firings of one trigger', 'in 10 minutes', 'One more locks the trigger.'],
  ['duplicateWindowSeconds', 'C-10', 'Same order again not within', 's', 'An equal order inside of this window is denied.'],
  ['maxWorkingPerSide', 'C-11', 'Working orders per side of a contract', 'orders', 'IB allows 20.'],
  ['maxWorkingTotal', 'C-11', 'Working orders in all', 'orders', 'One more is denied.'],
  ['maxPositionShares', 'C-12', 'Largest position', 'shares', 'Counted with everything that still works.'],
  ['maxPositionContracts', 'C-12', 'Largest position', 'contracts', 'The same for options and futures.'],
  ['maxDailyLoss', 'C-13', 'Daily loss limit', 'account currency', 'Shown in the header with the share that is used up.'],
];

export const LIMIT_WORDS: readonly LimitWord[] = ROWS.map(([name, control, label, unit, why]) => ({
  name,
  control,
  label,
  unit,
  why,
}));

export interface LimitChange {
  readonly word: LimitWord;
  readonly from: number;
  readonly to: number;
  readonly looser: boolean;
}

/** What typed texts would change. A text that is no number is a fault under its name, and so is a reserve that leaves a bracket no room. */
export function limitChanges(
  limits: Limits,
  typed: Readonly<Partial<Record<LimitName, string>>>,
): { readonly changes: readonly LimitChange[]; readonly faults: Readonly<Partial<Record<LimitName, string>>> } {
  const changes: LimitChange[] = [];
  const faults: Partial<Record<LimitName, string>> = {};
  for (const word of LIMIT_WORDS) {
    const text = typed[word.name]?.replace(/\s/g, '');
    if (text === undefined) continue;
    const to = Number(text);
    const from = limits[word.name];
    if (!/^\d{1,9}(\.\d{1,4})?$/.test(text) || to <= 0) faults[word.name] = 'Write a number above zero.';
    else if (to !== from) changes.push({ word, from, to, looser: loosens(word.name, from, to) });
  }
  const next: Limits = { ...limits, ...Object.fromEntries(changes.map(({ word, to }) => [word.name, to])) };
  const most = mostReserved(next.messagesPerSecond);
  if (next.reservedMessagesPerSecond > most && faults.messagesPerSecond === undefined)
    faults.reservedMessagesPerSecond ??= `Keep at most ${most} of ${next.messagesPerSecond}: an order with stop and target needs room.`;
  return { changes, faults };
}
