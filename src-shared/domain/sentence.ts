import { type Condition, isCrossing, isUpward, type PriceLeaf, priceLeaves, type TimeWindowCondition } from './condition.ts';
import { type Contract, contractLabel } from './contract.ts';
import { formatDecimal } from './decimal.ts';
import { formatPrice, type Price } from './price.ts';
import { formatQuantity, type Quantity } from './quantity.ts';
import type { ExitLevel, TriggerAction, TriggerSpec } from './trigger.ts';
import { dayKey, minuteOfDay } from './session-time.ts';

export interface SentenceOptions {
  /** Signed position in the traded contract: a sale beyond it reads "sell short". Without it a sale is a sale. */
  readonly positionQuantity?: Quantity;
}

const FIELD_WORDS = { last: 'last price', bid: 'bid', ask: 'ask', mid: 'midpoint' } as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/**
 * The whole rule as one English sentence, e.g. "When IBM's last price crosses below 179.40 between 09:45 and 15:30, sell short
 * 200 at a limit of 179.38, then hold a stop at 180.00 and a target at 178.20 as one bracket at the broker."
 * `decimals` is the least number of decimals of a price.
 */
export function triggerSentence(spec: TriggerSpec, decimals = 2, options: SentenceOptions = {}): string {
  return `When ${conditionSentence(spec.condition, decimals)}, ${actionWords(spec, decimals, options)}.`;
}

/** The small print below it: what else restricts the trigger, and what of it outlives this program. */
export function triggerNote(spec: TriggerSpec): string {
  const { action } = spec;
  const exits = [action.stop === undefined ? '' : 'Stop', action.target === undefined ? '' : 'target']
    .filter((part) => part !== '')
    .join(' and ');
  const subject = exits.replace(/^t/, 'T');
  return [
    'Fires once.',
    spec.rthOnly ? 'Fires only in regular hours.' : 'Fires at any hour the market trades.',
    ...(spec.expiresAt === undefined ? [] : [`Expires ${instantWords(spec.expiresAt)} New York.`]),
    exits === ''
      ? 'The trigger ends with this program.'
      : `${subject} ${exits.includes(' and ') ? 'survive' : 'survives'} if this program dies; the trigger does not.`,
  ].join(' ');
}

function instantWords(epochMs: number): string {
  const day = dayKey(epochMs);
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)} ${clock(minuteOfDay(epochMs))}`;
}

/** The condition in words, without the leading "when". Unambiguous: nesting is spelled with both / either / all / any and parentheses. */
export function conditionSentence(condition: Condition, decimals = 2): string {
  if (condition.kind === 'and') {
    const [first, second] = condition.of;
    // The plain case reads plainly: one price and one window.
    if (condition.of.length === 2 && first !== undefined && second?.kind === 'time-window' && isPriceLeaf(first)) {
      return `${leafWords(first, decimals)} ${windowPhrase(second)}`;
    }
    if (condition.of.length === 2 && second !== undefined && first?.kind === 'time-window' && isPriceLeaf(second)) {
      return `${leafWords(second, decimals)} ${windowPhrase(first)}`;
    }
  }
  return words(condition, decimals);
}

function isPriceLeaf(condition: Condition): condition is PriceLeaf {
  return condition.kind === 'price' || condition.kind === 'percent-change';
}

function words(condition: Condition, decimals: number): string {
  switch (condition.kind) {
    case 'and':
      return joined(condition.of, decimals, 'both', 'all of', 'and');
    case 'or':
      return joined(condition.of, decimals, 'either', 'any of', 'or');
    case 'not':
      return negated(condition.of, decimals);
    case 'time-window':
      return `the time is ${windowPhrase(condition)}`;
    default:
      return leafWords(condition, decimals);
  }
}

function joined(parts: readonly Condition[], decimals: number, two: string, many: string, conjunction: string): string {
  const texts = parts.map((part) => (part.kind === 'and' || part.kind === 'or' ? nested(part, decimals) : words(part, decimals)));
  const [only] = texts;
  if (texts.length <= 1) return only ?? 'nothing';
  const last = texts[texts.length - 1] ?? '';
  return `${texts.length === 2 ? two : many} ${texts.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

function nested(part: Condition, decimals: number): string {
  const text = words(part, decimals);
  return (part.kind === 'and' || part.kind === 'or') && part.of.length > 1 ? `(${text})` : text;
}

function negated(inner: Condition, decimals: number): string {
  switch (inner.kind) {
    case 'not':
      return words(inner.of, decimals);
    case 'time-window':
      return `the time is ${outsidePhrase(inner)}`;
    case 'and':
    case 'or':
      return `it is not so that (${words(inner, decimals)})`;
    default:
      return isCrossing(inner)
        ? `not (${leafWords(inner, decimals)})`
        : leafWords(inner, decimals, isUpward(inner) ? 'is below' : 'is above');
  }
}

const TEST_WORDS = {
  'crosses-above': 'crosses above',
  'crosses-below': 'crosses below',
  'at-or-above': 'is at or above',
  'at-or-below': 'is at or below',
} as const;

function leafWords(leaf: PriceLeaf, decimals: number, verb: string = TEST_WORDS[leaf.test]): string {
  return `${possessive(leaf.contract)} ${FIELD_WORDS[leaf.field]} ${verb} ${levelWords(leaf, decimals)}`;
}

function levelWords(leaf: PriceLeaf, decimals: number): string {
  if (leaf.kind === 'price') return formatPrice(leaf.level, decimals);
  const basis = leaf.basis === 'close' ? 'its previous close' : 'its price at arming';
  if (leaf.basisPoints === 0) return basis;
  return `the level ${percent(Math.abs(leaf.basisPoints))} ${leaf.basisPoints > 0 ? 'above' : 'below'} ${basis}`;
}

function percent(basisPoints: number): string {
  return `${formatDecimal(basisPoints, 100)} %`;
}

function possessive(contract: Contract): string {
  return `${name(contract)}'s`;
}

/** `IBM`; `the GOOG 24DEC15 750 call`. */
function name(contract: Contract): string {
  if (contract.secType !== 'OPT' && contract.secType !== 'FOP') return contractLabel(contract);
  return `the ${optionWords(contract)}`;
}

function optionWords(contract: Contract): string {
  const strike = contract.strike === undefined ? '' : ` ${formatPrice(contract.strike, 0)}`;
  return `${contract.symbol}${expiryWords(contract.expiry)}${strike} ${contract.right === 'P' ? 'put' : 'call'}`;
}

function expiryWords(expiry: string | undefined): string {
  const match = /^(\d{2})(\d{2})(\d{2})(\d{2})?$/.exec(expiry ?? '');
  if (match === null) return expiry === undefined ? '' : ` ${expiry}`;
  const [, , year = '', month = '', day = ''] = match;
  return ` ${day}${(MONTHS[Number(month) - 1] ?? month).toUpperCase()}${year}`;
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function windowPhrase({ fromMinute, toMinute }: TimeWindowCondition): string {
  if (fromMinute === 0 && toMinute === 1440) return 'at any time of the day';
  if (fromMinute === 0) return `before ${clock(toMinute)}`;
  if (toMinute === 1440) return `from ${clock(fromMinute)} on`;
  return `between ${clock(fromMinute)} and ${clock(toMinute)}`;
}

function outsidePhrase(window: TimeWindowCondition): string {
  const { fromMinute, toMinute } = window;
  if (fromMinute === 0 && toMinute === 1440) return 'at no time of the day';
  if (fromMinute === 0) return `from ${clock(toMinute)} on`;
  if (toMinute === 1440) return `before ${clock(fromMinute)}`;
  return `outside ${clock(fromMinute)} to ${clock(toMinute)}`;
}

function actionWords(spec: TriggerSpec, decimals: number, options: SentenceOptions): string {
  const { action } = spec;
  const terms = [entryWords(action, decimals)];
  if (action.tif === 'GTC') terms.push('good till cancelled');
  if (action.tif === 'IOC') terms.push('immediate or cancel');
  if (action.outsideRth) terms.push('also outside regular hours');
  const exits = exitWords(action, decimals);
  return `${verb(action, options)} ${quantityWords(spec)} ${terms.join(', ')}${exits === '' ? '' : `, then hold ${exits} as one bracket at the broker`}`;
}

function verb(action: TriggerAction, { positionQuantity }: SentenceOptions): string {
  if (action.side === 'BUY') return 'buy';
  if (positionQuantity === undefined || positionQuantity >= action.quantity) return 'sell';
  if (positionQuantity <= 0) return 'sell short';
  return `close ${formatQuantity(positionQuantity)} and sell short the rest of`;
}

/** The contract is named where it is not the only one that the condition looks at. */
function quantityWords({ action, condition }: TriggerSpec): string {
  const { contract } = action;
  const quantity = formatQuantity(action.quantity);
  if (priceLeaves(condition).every((leaf) => leaf.contract.conId === contract.conId)) return quantity;
  if (contract.secType !== 'OPT' && contract.secType !== 'FOP') return `${quantity} ${contractLabel(contract)}`;
  return `${quantity} ${optionWords(contract)}${action.quantity === 10_000 ? '' : 's'}`;
}

function entryWords(action: TriggerAction, decimals: number): string {
  const { entry, side } = action;
  switch (entry.type) {
    case 'MKT':
      return 'at the market';
    case 'LMT':
      return `at ${limitWords(action, decimals)}`;
    case 'STP':
      return `with a ${side === 'BUY' ? 'buy' : 'sell'} stop at ${priceWords(entry.stop, decimals)}`;
    case 'STP LMT':
      return `with a ${side === 'BUY' ? 'buy' : 'sell'} stop at ${priceWords(entry.stop, decimals)} and ${limitWords(action, decimals)}`;
  }
}

function limitWords({ entry, side }: TriggerAction, decimals: number): string {
  if (entry.limit !== undefined) return `a limit of ${formatPrice(entry.limit, decimals)}`;
  if (entry.limitOffset === undefined) return 'a limit not given yet';
  const market = side === 'BUY' ? 'the ask' : 'the bid';
  if (entry.limitOffset === 0) return `a limit equal to ${market}`;
  const distance = formatPrice(Math.abs(entry.limitOffset) as Price, decimals);
  return `a limit ${distance} ${entry.limitOffset > 0 ? 'above' : 'below'} ${market}`;
}

function priceWords(price: Price | undefined, decimals: number): string {
  return price === undefined ? 'a price not given yet' : formatPrice(price, decimals);
}

function exitWords({ side, stop, target }: TriggerAction, decimals: number): string {
  const gain = side === 'BUY' ? 'above' : 'below';
  const loss = side === 'BUY' ? 'below' : 'above';
  const parts = [
    ...(stop === undefined ? [] : [exitLevel('a stop', stop, loss, decimals)]),
    ...(target === undefined ? [] : [exitLevel('a target', target, gain, decimals)]),
  ];
  return parts.join(' and ');
}

function exitLevel(what: string, level: ExitLevel, direction: string, decimals: number): string {
  return level.kind === 'price'
    ? `${what} at ${formatPrice(level.price, decimals)}`
    : `${what} ${percent(level.basisPoints)} ${direction} the entry price`;
}

/**
 * The condition for a table cell: `last ↑ 13.84 · to 15:30`. Crossings are arrows, levels ≥ and ≤, parts of an *and* are parted by
 * dots. With the minute of the day a window that is open shows only its end, one that is ahead only its start.
 */
export function conditionShort(condition: Condition, decimals = 2, minuteNow?: number): string {
  const conId = priceLeaves(condition)[0]?.contract.conId;
  return short(condition, { decimals, minuteNow, conId }, true);
}

/**
 * The parts of a rule that are true or false each, in the order in which `conditionShort` writes them, with a negation over them drawn
 * into each: `not (a or b)` is `not a`, `not b`.
 */
export function conditionParts(condition: Condition, decimals = 2, minuteNow?: number): readonly string[] {
  const conId = priceLeaves(condition)[0]?.contract.conId;
  const context = { decimals, minuteNow, conId };
  const parts = (part: Condition, negated: boolean): readonly string[] => {
    if (part.kind === 'and' || part.kind === 'or') return part.of.flatMap((inner) => parts(inner, negated));
    if (part.kind === 'not') return parts(part.of, !negated);
    return [negated ? shortNot(part, context) : short(part, context, true)];
  };
  return parts(condition, false);
}

interface ShortContext {
  readonly decimals: number;
  readonly minuteNow: number | undefined;
  readonly conId: number | undefined;
}

const SIGN = { 'crosses-above': '↑', 'crosses-below': '↓', 'at-or-above': '≥', 'at-or-below': '≤' } as const;

function short(condition: Condition, context: ShortContext, top: boolean): string {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const text = condition.of.map((part) => short(part, context, false)).join(condition.kind === 'and' ? ' · ' : ' or ');
      return top || condition.of.length <= 1 ? text : `(${text})`;
    }
    case 'not':
      return shortNot(condition.of, context);
    case 'time-window':
      return shortWindow(condition, context.minuteNow);
    default:
      return shortLeaf(condition, context, SIGN[condition.test]);
  }
}

function shortNot(inner: Condition, context: ShortContext): string {
  if (inner.kind === 'not') return short(inner.of, context, false);
  if (inner.kind === 'time-window') return `not ${clock(inner.fromMinute)}–${clock(inner.toMinute)}`;
  if (!isPriceLeaf(inner) || isCrossing(inner)) return `not (${short(inner, context, true)})`;
  return shortLeaf(inner, context, isUpward(inner) ? '<' : '>');
}

function shortLeaf(leaf: PriceLeaf, { decimals, conId }: ShortContext, sign: string): string {
  const prefix = leaf.contract.conId === conId ? '' : `${contractLabel(leaf.contract)} `;
  return `${prefix}${leaf.field} ${sign} ${shortLevel(leaf, decimals)}`;
}

function shortLevel(leaf: PriceLeaf, decimals: number): string {
  if (leaf.kind === 'price') return formatPrice(leaf.level, decimals);
  const sign = leaf.basisPoints > 0 ? '+' : leaf.basisPoints < 0 ? '−' : '';
  return `${sign}${percent(Math.abs(leaf.basisPoints))} ${leaf.basis === 'close' ? 'of close' : 'of arming'}`;
}

function shortWindow({ fromMinute, toMinute }: TimeWindowCondition, minuteNow: number | undefined): string {
  if (fromMinute === 0 && toMinute === 1440) return 'all day';
  if (fromMinute === 0) return `to ${clock(toMinute)}`;
  if (toMinute === 1440) return `from ${clock(fromMinute)}`;
  if (minuteNow !== undefined && minuteNow < toMinute)
    return minuteNow < fromMinute ? `from ${clock(fromMinute)}` : `to ${clock(toMinute)}`;
  return `${clock(fromMinute)}–${clock(toMinute)}`;
}
