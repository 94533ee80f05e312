import { z } from 'zod';
import type { Bar } from '#domain/bar';
import type { Contract, ContractDetails } from '#domain/contract';
import type { TriggerId } from '#domain/ids';
import {
  accountId,
  conId,
  type Confirmation,
  confirmed,
  contract,
  fingerprint,
  orderKey,
  price,
  quantity,
  trail,
  triggerId,
  triggerSpec,
  wireText,
} from './inputs.ts';
import type { DeskError } from './errors.ts';
import { PANEL_IDS, PLACE_BOUNDS } from './panels.ts';
import type { SessionRow } from './session.ts';
import { settingsPatch } from './settings.ts';
import type { TopicName } from './topics.ts';

/** Commands change the desk and answer `{seq}`, the commit that holds the change; queries change nothing. */
const none = z.strictObject({});
/** More than the log keeps cannot be asked for. */
const logIds = z.array(z.number().int()).min(1).max(2_000);
const reason = wireText(200);
/** Left out: `keep`. */
const exits = z.enum(['keep', 'cancel']).exactOptional();
const version = z.number().int().nonnegative();
const within = ([least, most]: readonly [number, number]) => z.number().int().min(least).max(most);
const place = z.strictObject({
  x: within(PLACE_BOUNDS.x),
  y: within(PLACE_BOUNDS.y),
  width: within(PLACE_BOUNDS.width),
  height: within(PLACE_BOUNDS.height),
});
/** To arm is to have read a preview: what is armed must be what it showed, and what it asks for must be said. */
const seen = { fingerprint, confirmed: confirmed.exactOptional() };

export const COMMANDS = {
  /** IDLE → INITIALIZING → SCANNING: from here triggers may fire. */
  'engine.start': none,
  'engine.pause': z.strictObject({ reason: reason.exactOptional() }),
  'engine.resume': none,
  /** Back to IDLE, everything disarmed; orders at the broker stay. */
  'engine.stop': none,
  /** ERROR → IDLE after the operator has read the reason. */
  'engine.recover': none,
  /** EMERGENCY → STOPPED: the operator has seen the kill's result. */
  'engine.acknowledge': z.strictObject({ reason: reason.min(1) }),
  /** First step of re-arming: the status topic then shows the phrase. */
  'engine.rearm.request': none,
  /** Second step: the phrase typed; STOPPED → IDLE when the book is reconciled. */
  'engine.rearm.confirm': z.strictObject({ phrase: wireText(60) }),
  /**
   * Never refused. `all` also cancels orders placed by hand in TWS and by other programs. Stops and targets of what is held stay, unless `exits`
   * is `cancel`.
   */
  kill: z.strictObject({ scope: z.enum(['own', 'all']), reason, exits }),
  'orders.cancel-all': z.strictObject({ scope: z.enum(['own', 'all']), exits }),
  'order.cancel': z.strictObject({ key: orderKey, expectedVersion: version.exactOptional() }),
  /** New terms for a working order under its id; what is left out stays. Refused while the connection is not sound. */
  'order.modify': z.strictObject({
    key: orderKey,
    expectedVersion: version,
    limit: price.exactOptional(),
    stop: price.exactOptional(),
    quantity: quantity.exactOptional(),
  }),
  /** An UNKNOWN order that the broker has proven not to have: the operator declares it not sent. Never done by the desk itself. */
  'order.settle': z.strictObject({ key: orderKey, expectedVersion: version, confirmed: z.literal(true) }),
  /** What was found at the broker at the start: `cancel` is for orders only. Nothing can be armed before everything is decided. */
  'adoption.decide': z.strictObject({ key: wireText(80).min(1), decision: z.enum(['adopt', 'ignore', 'cancel']) }),
  'trigger.arm': z.strictObject({ spec: triggerSpec, ...seen }),
  'trigger.rearm': z.strictObject({ id: triggerId, expectedVersion: version, ...seen }),
  'trigger.pause': z.strictObject({ id: triggerId, expectedVersion: version }),
  /** Without its word refused while the rule is true: it would fire at once. */
  'trigger.resume': z.strictObject({ id: triggerId, expectedVersion: version, confirmed: confirmed.exactOptional() }),
  'trigger.disarm': z.strictObject({ id: triggerId, expectedVersion: version }),
  'trigger.edit': z.strictObject({ id: triggerId, expectedVersion: version, spec: triggerSpec, ...seen }),
  'trigger.fire-now': z.strictObject({ id: triggerId, expectedVersion: version }),
  /** Reduce-only market order for the whole position, confirmed by the operator (hold). Allowed in PAUSED and EMERGENCY. */
  'position.flatten': z.strictObject({ account: accountId, conId, confirmed: z.literal(true) }),
  /** Reduce-only market order for a share of the live position; exits that would then be too large are made smaller or cancelled first. */
  'position.close': z.strictObject({
    account: accountId,
    conId,
    percent: z.union([z.literal(25), z.literal(50), z.literal(100)]),
    confirmed: z.literal(true),
  }),
  /** A stop at the broker for the quantity that no stop protects now. */
  'position.protect': z.strictObject({ account: accountId, conId, stop: price }),
  /**
   * Lets the position's stops trail at the broker, this far behind the market: a plain stop is replaced, one that trails gets the new
   * distance, what no stop covers gets one.
   */
  'position.trail': z.strictObject({ account: accountId, conId, trail }),
  /** Makes exits as large as the position: too large ones shrink or go, a stop that covers too little grows. */
  'position.resize-exits': z.strictObject({ account: accountId, conId }),
  /** Moves the position's working stops to its average price, rounded to the side that loses less. */
  'position.breakeven': z.strictObject({ account: accountId, conId }),
  /** The operator has compared an EXTERNAL difference with TWS. */
  'position.acknowledge': z.strictObject({ account: accountId, conId }),
  /** `position.close` with 100 % for every position. */
  'positions.flatten-all': z.strictObject({ confirmed: z.literal(true) }),
  /** Writes the audit trail of these days (epoch ms) into a file in the data folder. */
  'audit.export': z.strictObject({ format: z.enum(['csv', 'json']), from: version, to: version }),
  'quote.watch': z.strictObject({ contract }),
  'quote.unwatch': z.strictObject({ conId }),
  /** The operator has read that the journal does not verify; holds for this run. */
  'journal.acknowledge': none,
  /** Types the account id: of a live account, for this run of the program; of another account than the last run's, once. */
  'live.confirm': z.strictObject({ account: accountId, phrase: wireText(60) }),
  'settings.update': z.strictObject({ patch: settingsPatch }),
  'log.acknowledge': z.strictObject({ ids: logIds }),
  /** Writes these lines of the log into a CSV file in the data folder. */
  'log.export': z.strictObject({ ids: logIds }),
  /** Ends a console's session at once, its screens with it. */
  'session.revoke': z.strictObject({ id: z.number().int().positive() }),
} as const;

export const QUERIES = {
  'symbols.search': z.strictObject({ text: wireText(40).min(1) }),
  'contract.details': z.strictObject({ contract }),
  /** Sentence, sizing and risk verdict of a draft, before arming; `id` of the trigger that is edited or armed again. */
  'trigger.preview': z.strictObject({ spec: triggerSpec, id: triggerId.exactOptional() }),
  /** With `messages` also what was said to TWS and by it about the order, and the commits that are no step of the chain. */
  'order.why': z.strictObject({ key: orderKey, messages: z.boolean().exactOptional() }),
  'chart.bars': z.strictObject({ contract, count: z.number().int().min(1).max(5000) }),
  'diagnostics.execution': z.strictObject({ seq: z.number().int().positive() }),
  'kill.preview': none,
  /** Who may see or steer this desk over HTTP; `own` is null in the window. */
  'sessions.list': none,
  /** Shows a panel in a window of its own, or the whole console: changes nothing of the desk. In a browser the page opens its windows itself. */
  'window.open': z.strictObject({ panel: z.enum([...PANEL_IDS, 'console']), place: place.exactOptional() }),
  /** Closes the windows of single panels; the whole console stays. */
  'window.close-panels': none,
  /** Acknowledges frames up to `number`; a screen that does not is conflated. */
  'stream.ack': z.strictObject({ number: z.number().int() }),
  'stream.resync': z.strictObject({ topics: z.array(wireText(20)).max(20) }),
} as const;

export type CommandName = keyof typeof COMMANDS;
export type QueryName = keyof typeof QUERIES;
export type CallName = CommandName | QueryName;
export type Input<N extends CallName> = z.output<(typeof COMMANDS & typeof QUERIES)[N]>;

export interface Done {
  readonly seq: number;
}

export interface PreviewVerdict {
  readonly approved: boolean;
  readonly control: string | null;
  readonly text: string;
}

/** What arming asks for besides, with the sentence to be confirmed. */
export interface PreviewNeed {
  readonly kind: Confirmation;
  readonly text: string;
}

export interface TriggerPreview {
  readonly sentence: string;
  /** e.g. `Now above the level by 0.46 (0.26 %). Fires once. …` */
  readonly note: string;
  /** `blocked` says why arming would be refused now, whatever is confirmed. */
  readonly verdict: PreviewVerdict;
  readonly blocked: string | null;
  readonly legs: readonly string[];
  /** From which price the figures of the legs are measured; empty where all of them are as written. */
  readonly figures: string;
  readonly needs: readonly PreviewNeed[];
  /** Goes with the arming. */
  readonly fingerprint: string;
}

/** One step of tick → rule → risk → order → fills. */
export interface WhyStep {
  readonly at: number | null;
  readonly title: string;
  readonly text: string;
  readonly seq: number | null;
}

/** Orders as lines: what goes by default, and what protects what is held and goes only when everything does. */
export interface CancelLines {
  readonly entries: readonly string[];
  readonly protective: readonly string[];
}

export interface ExecutionDetail {
  readonly seq: number;
  readonly name: string;
  readonly lane: string;
  readonly cause: string;
  readonly outcome: string;
  readonly attempts: number;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly effects: readonly string[];
}

export interface Answers {
  readonly 'trigger.arm': Done & { readonly id: TriggerId };
  readonly 'log.export': Done & { readonly path: string; readonly rows: number };
  readonly 'audit.export': Done & { readonly path: string; readonly rows: number };
  readonly 'symbols.search': { readonly contracts: readonly Contract[] };
  readonly 'contract.details': { readonly details: ContractDetails };
  readonly 'trigger.preview': TriggerPreview;
  readonly 'order.why': { readonly steps: readonly WhyStep[]; readonly messages: readonly WhyStep[] };
  readonly 'chart.bars': { readonly bars: readonly Bar[] };
  readonly 'diagnostics.execution': { readonly execution: ExecutionDetail };
  readonly 'kill.preview': {
    readonly own: CancelLines;
    readonly others: CancelLines;
    /** What stays open, and how much of it protective orders cover that stay. */
    readonly positions: readonly string[];
    /** The same when the exits go too. */
    readonly bare: readonly string[];
  };
  readonly 'sessions.list': { readonly sessions: readonly SessionRow[]; readonly own: number | null };
  readonly 'window.open': Record<string, never>;
  readonly 'window.close-panels': Record<string, never>;
  readonly 'stream.ack': Record<string, never>;
  readonly 'stream.resync': Record<string, never>;
}

export type Answer<N extends CallName> = N extends keyof Answers ? Answers[N] : Done;

export type Reply<N extends CallName> =
  { readonly ok: true; readonly value: Answer<N> } | { readonly ok: false; readonly error: DeskError };

/** The two functions that cross the preload, and nothing else. `subscribe` returns its own end. */
export interface Bridge {
  call(name: string, input: unknown): Promise<unknown>;
  subscribe(topics: readonly TopicName[], listener: (frame: unknown) => void): () => void;
}
