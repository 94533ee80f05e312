import { err, ok, type Result } from '#domain/result';
import type { Target } from '#simulator/gateway/message-faults';
import { Random } from '#simulator/model/random';
import type { Step, When } from './script-run.ts';
import { MESSAGE_CLASSES, type MessageClass } from '#simulator/wire/message-class';

/** One thing that goes wrong. All times are tape time in ms; what lasts for a while ends by itself. See `Faults` for what each does. */
export type FaultAction =
  | { readonly do: 'drop'; readonly what: MessageClass; readonly client: Target; readonly count: number }
  | { readonly do: 'delay'; readonly what: MessageClass; readonly client: Target; readonly count: number; readonly ms: number }
  | { readonly do: 'duplicate'; readonly what: MessageClass; readonly client: Target; readonly count: number; readonly times: number }
  /** Every field that says `from` says `to`, repeated so many times, in the next messages. */
  | {
      readonly do: 'misspell';
      readonly what: MessageClass;
      readonly client: Target;
      readonly count: number;
      readonly from: string;
      readonly to: string;
      readonly times: number;
    }
  /** The whole stream to this client waits, in its order; other clients go on and so overtake it. */
  | { readonly do: 'lag'; readonly client: number; readonly ms: number }
  | { readonly do: 'mute'; readonly client: Target; readonly ms: number }
  | { readonly do: 'half-open'; readonly client: Target; readonly ms: number }
  | { readonly do: 'rst'; readonly client: Target }
  | { readonly do: 'end'; readonly client: Target }
  | { readonly do: 'restart'; readonly ms: number; readonly idsBack: number }
  | { readonly do: 'hold-id'; readonly client: number; readonly ms: number }
  | { readonly do: 'lose-children'; readonly client: number }
  | { readonly do: 'swallow'; readonly client: number; readonly count: number }
  | { readonly do: 'no-ack' }
  | { readonly do: 'reject'; readonly reason: string }
  | { readonly do: 'refuse'; readonly what: 'new' | 'modify' | 'cancel'; readonly code: number }
  | { readonly do: 'park' }
  | { readonly do: 'late-fill'; readonly ms: number; readonly part: 'all' | 'half' | 'over' }
  | { readonly do: 'correct'; readonly ticks: number }
  | { readonly do: 'bust'; readonly silent: boolean }
  | { readonly do: 'hold-cancels'; readonly until: 'open' | number }
  | {
      readonly do: 'outage';
      readonly ms: number;
      readonly fills: 'told' | 'late' | 'lost';
      readonly orders: 'kept' | 'forgotten';
      readonly back: 1101 | 1102;
    }
  | { readonly do: 'notice'; readonly code: number }
  | { readonly do: 'listed-refs'; readonly refs: 'whole' | 'empty' | number }
  | { readonly do: 'foreign-ids-zero'; readonly on: boolean }
  /** A cancelled parent takes the children of its filled part along, too. */
  | { readonly do: 'take-children'; readonly on: boolean }
  | { readonly do: 'commissions-unset'; readonly on: boolean }
  | { readonly do: 'tif-preset'; readonly tif: 'DAY' | 'GTC' | 'none' }
  | { readonly do: 'perm-ids-late'; readonly ms: number }
  | { readonly do: 'executions-window'; readonly ms: number }
  | { readonly do: 'fills-told'; readonly order: 'execution first' | 'state first' | 'execution only' }
  | { readonly do: 'halt'; readonly symbol: string; readonly ms: number }
  | { readonly do: 'calm' };

export interface FaultPlan {
  /** What it was made from, if from chance. */
  readonly seed?: number;
  readonly steps: readonly Step<FaultAction>[];
}

/** JSON that `readFaultPlan` reads back: one step to a line. */
export function faultPlanText(plan: FaultPlan): string {
  const head = plan.seed === undefined ? '' : `"seed": ${String(plan.seed)}, `;
  return `{ ${head}"steps": [\n${plan.steps.map((step) => `  ${JSON.stringify(step)}`).join(',\n')}\n] }`;
}

type Check = (value: unknown) => boolean;

const wholeNumber: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const count: Check = (value) => wholeNumber(value) && value !== 0;
const target: Check = (value) => value === 'all' || wholeNumber(value);
const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const either =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));
const what = oneOf(...MESSAGE_CLASSES);

/** The fields of each action, all of them required. */
const FIELDS: Readonly<Record<FaultAction['do'], Readonly<Record<string, Check>>>> = {
  drop: { what, client: target, count },
  delay: { what, client: target, count, ms: wholeNumber },
  duplicate: { what, client: target, count, times: count },
  misspell: { what, client: target, count, from: text, to: text, times: count },
  lag: { client: wholeNumber, ms: wholeNumber },
  mute: { client: target, ms: wholeNumber },
  'half-open': { client: target, ms: wholeNumber },
  rst: { client: target },
  end: { client: target },
  restart: { ms: wholeNumber, idsBack: wholeNumber },
  'hold-id': { client: wholeNumber, ms: wholeNumber },
  'lose-children': { client: wholeNumber },
  swallow: { client: wholeNumber, count },
  'no-ack': {},
  reject: { reason: text },
  refuse: { what: oneOf('new', 'modify', 'cancel'), code: count },
  park: {},
  'late-fill': { ms: wholeNumber, part: oneOf('all', 'half', 'over') },
  correct: { ticks: (value) => Number.isSafeInteger(value) && value !== 0 },
  bust: { silent: flag },
  'hold-cancels': { until: either(oneOf('open'), wholeNumber) },
  outage: { ms: wholeNumber, fills: oneOf('told', 'late', 'lost'), orders: oneOf('kept', 'forgotten'), back: oneOf(1101, 1102) },
  notice: { code: count },
  'listed-refs': { refs: either(oneOf('whole', 'empty'), wholeNumber) },
  'foreign-ids-zero': { on: flag },
  'take-children': { on: flag },
  'commissions-unset': { on: flag },
  'tif-preset': { tif: oneOf('DAY', 'GTC', 'none') },
  'perm-ids-late': { ms: wholeNumber },
  'executions-window': { ms: wholeNumber },
  'fills-told': { order: oneOf('execution first', 'state first', 'execution only') },
  halt: { symbol: text, ms: wholeNumber },
  calm: {},
};

const EVENTS = oneOf('place', 'modify', 'cancel', 'accepted', 'fill', 'cancelled', 'connect', 'disconnect', ...MESSAGE_CLASSES);

/** A plan from its JSON, or one sentence on the first thing in it that makes no sense. */
export function readFaultPlan(json: string): Result<FaultPlan> {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    return err('The fault plan is not JSON.');
  }
  if (!isRecord(read) || !Array.isArray(read['steps'])) return err('The fault plan has no list of steps.');
  const { seed, steps } = read as { readonly seed?: unknown; readonly steps: readonly unknown[] };
  if (seed !== undefined && !wholeNumber(seed)) return err('The seed of the fault plan is not a whole number.');
  for (const [index, step] of steps.entries()) {
    const wrong = isRecord(step) ? (wrongWhen(step['when']) ?? wrongAction(step['do'])) : 'it is not an object';
    if (wrong !== undefined) return err(`Step ${String(index + 1)} of the fault plan makes no sense: ${wrong}.`);
  }
  return ok({ ...(seed === undefined ? {} : { seed: seed as number }), steps: steps as readonly Step<FaultAction>[] });
}

function wrongWhen(when: unknown): string | undefined {
  if (!isRecord(when)) return 'it says no time';
  if ('after' in when) return wholeNumber(when['after']) ? undefined : 'its time is not a whole number of ms';
  if (!EVENTS(when['event'])) return 'its event is unknown';
  if (!count(when['n'])) return 'its n is not 1, 2 …';
  return when['client'] === undefined || wholeNumber(when['client']) ? undefined : 'its client is not an id';
}

function wrongAction(action: unknown): string | undefined {
  if (!isRecord(action) || typeof action['do'] !== 'string' || !Object.hasOwn(FIELDS, action['do'])) return 'what it does is unknown';
  const fields = FIELDS[action['do'] as FaultAction['do']];
  const strange = Object.keys(action).find((name) => name !== 'do' && !Object.hasOwn(fields, name));
  if (strange !== undefined) return `${action['do']} has no ${strange}`;
  const wrong = Object.entries(fields).find(([name, fits]) => !fits(action[name]));
  return wrong === undefined ? undefined : `the ${wrong[0]} of ${action['do']} is missing or wrong`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface FaultPlanScope {
  /** Clients that may be hit; 1 when unset. */
  readonly clients?: readonly number[];
  /** Symbols that may be halted; none when unset. */
  readonly symbols?: readonly string[];
  /** Timed steps fall within so many ms after the start; ten minutes when unset. */
  readonly spanMs?: number;
  /** Only these actions; all but `calm` when unset. */
  readonly only?: readonly FaultAction['do'][];
}

/** `length` steps from a seed. The same seed, length and scope give the same plan, for ever within one version of this file. */
export function randomFaultPlan(seed: number, length: number, scope: FaultPlanScope = {}): FaultPlan {
  const chance = new Random(seed ^ 0x2545f491);
  const { clients = [1], symbols = [], spanMs = 600_000 } = scope;
  const kinds = (scope.only ?? (Object.keys(FIELDS) as FaultAction['do'][])).filter(
    (kind) => kind !== 'calm' && (kind !== 'halt' || symbols.length > 0),
  );
  const steps = Array.from({ length }, () => ({
    when: randomWhen(chance, clients, spanMs),
    do: randomAction(pick(chance, kinds), chance, { clients, symbols }),
  }));
  return { seed, steps };
}

function pick<T>(chance: Random, choices: readonly T[]): T {
  const choice = choices[chance.between(0, choices.length - 1)];
  if (choice === undefined) throw new Error('there is nothing to choose from');
  return choice;
}

function randomWhen(chance: Random, clients: readonly number[], spanMs: number): When {
  if (chance.chance(0.5)) return { after: chance.between(0, spanMs) };
  const event = pick(chance, ['place', 'modify', 'cancel', 'accepted', 'fill', 'execDetails', 'orderStatus', 'openOrder'] as const);
  const n = chance.between(1, 6);
  return chance.chance(0.5) ? { event, n } : { event, n, client: pick(chance, clients) };
}

/** How long most faults last: seconds, now and then minutes. */
function randomMs(chance: Random): number {
  return chance.chance(0.8) ? chance.between(50, 15_000) : chance.between(15_000, 180_000);
}

/** What is lost, late or doubled by chance; the rest of the messages says nothing about orders. */
const HIT_MESSAGES = [
  'openOrder',
  'orderStatus',
  'execDetails',
  'commission',
  'error',
  'openOrderEnd',
  'execDetailsEnd',
  'completedOrdersEnd',
  'position',
  'positionEnd',
] as const;

/** What is drawn for every action, in this order, whether it needs it or not: a seed gives the same plan for as long as that stays. */
interface Draw {
  readonly client: number;
  readonly message: (typeof HIT_MESSAGES)[number];
  readonly ms: number;
  readonly some: number;
  /** For what an action draws beyond that. */
  readonly chance: Random;
  readonly symbols: readonly string[];
}

type Kind = FaultAction['do'];

const clientForAWhile = ({ client, ms }: Draw): { readonly client: number; readonly ms: number } => ({ client, ms });
const clientOrAll = ({ client, chance }: Draw): { readonly client: Target } => ({ client: chance.chance(0.2) ? 'all' : client });
const nothing = (): object => ({});
const onOrOff = ({ chance }: Draw): { readonly on: boolean } => ({ on: chance.chance(0.7) });

/** The fields of each action, by chance. */
const RANDOM: { readonly [K in Kind]: (draw: Draw) => Omit<Extract<FaultAction, { readonly do: K }>, 'do'> } = {
  drop: ({ message, client, some }) => ({ what: message, client, count: some }),
  delay: ({ message, client, some, ms }) => ({ what: message, client, count: some, ms }),
  duplicate: ({ message, client, some, chance }) => ({ what: message, client, count: some, times: chance.between(2, 5) }),
  misspell: ({ message, client, some, chance, symbols }) => ({
    what: message,
    client,
    count: some,
    from: pick(chance, ['SMART', ...symbols]),
    to: pick(chance, ['X\u202e', '\u001b[31m', '\u200b', 'A']),
    times: pick(chance, [1, 3, 1_000]),
  }),
  lag: clientForAWhile,
  'hold-id': clientForAWhile,
  mute: clientForAWhile,
  'half-open': clientForAWhile,
  rst: clientOrAll,
  end: clientOrAll,
  restart: ({ ms, some, chance }) => ({ ms, idsBack: chance.chance(0.5) ? 0 : some }),
  'lose-children': ({ client }) => ({ client }),
  swallow: ({ client, some }) => ({ client, count: some }),
  'no-ack': nothing,
  park: nothing,
  calm: nothing,
  reject: () => ({ reason: 'by the fault plan' }),
  refuse: ({ chance }) => {
    const refused = pick(chance, ['new', 'modify', 'cancel'] as const);
    const codes = { new: [110, 203, 321, 349, 387], modify: [104, 105, 110, 2102], cancel: [161, 10_147, 10_148] }[refused];
    return { what: refused, code: pick(chance, codes) };
  },
  'late-fill': ({ ms, chance }) => ({ ms, part: pick(chance, ['all', 'half', 'over'] as const) }),
  correct: ({ some, chance }) => ({ ticks: chance.chance(0.5) ? some : -some }),
  bust: ({ chance }) => ({ silent: chance.chance(0.5) }),
  'hold-cancels': ({ ms, chance }) => ({ until: chance.chance(0.2) ? 'open' : ms }),
  outage: ({ ms, chance }) => {
    const fills = pick(chance, ['told', 'late', 'lost'] as const);
    const orders = pick(chance, ['kept', 'kept', 'forgotten'] as const);
    return { ms, fills, orders, back: pick(chance, [1101, 1102] as const) };
  },
  notice: ({ chance }) => ({ code: pick(chance, [1100, 1102, 2103, 2104, 2105, 2106, 2110]) }),
  'listed-refs': ({ chance }) => ({ refs: pick(chance, ['whole', 'empty', 8] as const) }),
  'tif-preset': ({ chance }) => ({ tif: pick(chance, ['DAY', 'GTC', 'none'] as const) }),
  'foreign-ids-zero': onOrOff,
  'take-children': onOrOff,
  'commissions-unset': onOrOff,
  'perm-ids-late': ({ ms }) => ({ ms }),
  'executions-window': ({ ms }) => ({ ms }),
  'fills-told': ({ chance }) => ({ order: pick(chance, ['execution first', 'state first', 'execution only'] as const) }),
  halt: ({ ms, chance, symbols }) => ({ symbol: pick(chance, symbols), ms }),
};

function randomAction(
  kind: Kind,
  chance: Random,
  { clients, symbols }: { readonly clients: readonly number[]; readonly symbols: readonly string[] },
): FaultAction {
  const client = pick(chance, clients);
  const message = pick(chance, HIT_MESSAGES);
  const ms = randomMs(chance);
  const some = chance.between(1, 4);
  // The table pairs each action with its own fields; the compiler cannot follow that through an index.
  return { do: kind, ...RANDOM[kind]({ client, message, ms, some, chance, symbols }) } as FaultAction;
}
