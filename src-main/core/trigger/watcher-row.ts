import { contractLabel } from '#domain/contract';
import type { ConId, TriggerId } from '#domain/ids';
import { formatPrice, type Price, tickDecimals, trustedPrice } from '#domain/price';
import type { QuoteFault, QuoteField } from '#domain/quote';
import { conditionShort } from '#domain/sentence';
import { dayKey, epochAt, minuteOfDay } from '#domain/session-time';
import { CONFIRMING, FIELD_NAMES, LIVE } from '#core/market/quote-book';
import { quoteAge, quoteRefusal } from '#core/market/quote-fault';
import { partTruths, TRUE, trueButForTime, UNKNOWN } from './evaluate.ts';
import { type GateContext, type Refusal, refusal } from './quality-gate.ts';
import { conIdOf, type ContractWatch, isBeyond, type Leaf, leafPrice, type Node, type Watcher, writtenLevel } from './watcher.ts';

/** From the price to the level that decides; prices scaled, ticks whole and rounded up, ppm = 1e-4 % of the price. */
export interface Distance {
  readonly price: Price;
  readonly ticks: number;
  readonly ppm: number;
}

/** One running watcher as the operator sees it. Times are epoch ms. */
export interface WatcherRow {
  readonly triggerId: TriggerId;
  readonly name: string;
  readonly gen: number;
  /** HOLDING: armed, but a quote it reads must not decide anything now. */
  readonly status: 'armed' | 'holding' | 'paused';
  readonly symbol: string;
  /** The contract of the figures in this row. */
  readonly conId: ConId;
  readonly rule: string;
  readonly sentence: string;
  readonly field?: QuoteField;
  readonly price?: Price;
  readonly ageMs?: number;
  readonly level?: Price;
  /** Missing when the price or the level is unknown; zero when the level is reached. */
  readonly distance?: Distance;
  /** Where the price stands from the level, as the crossing knows it. */
  readonly side: 'below' | 'above' | 'unknown';
  /** A crossing whose price is at or past its level: nothing fires before it was seen on the other side again. */
  readonly comesBackFirst: boolean;
  /** Of each part of a rule of several, in the order of `conditionParts`, as a firing would read it now; empty for a rule of one part. */
  readonly truths: readonly PartTruth[];
  /** It has come true at a tick and is held only by the quality of a quote. */
  readonly latched: boolean;
  readonly reason: string;
  readonly fault?: QuoteFault;
  readonly armedAt: number;
  readonly armedBy?: string;
  readonly pausedAt?: number;
  readonly heldSince?: number;
  readonly testedAt?: number;
  readonly expiresAt?: number;
  readonly nextTest: string;
  readonly nextTestAt?: number;
}

export type PartTruth = 'true' | 'false' | 'unknown';

const CENT = 10_000;

/** What stands between a watcher and its firing, beside the condition itself. */
interface Obstacles {
  readonly refused: Refusal | undefined;
  /** The hold reason. */
  readonly held: string | undefined;
  /** When the next window opens for a rule that is true but for the time. */
  readonly opensAt: number | undefined;
}

/** Built on demand, never on the tick path. */
export function watcherRow(watcher: Watcher, context: GateContext): WatcherRow {
  const leaf = decisive(watcher.root)?.leaf;
  const watch = leaf?.watch ?? watcher.contracts[0]?.watch;
  if (watch === undefined) throw new Error('A watcher without a price leaf was armed');
  const obstacles = obstaclesOf(watcher, context);
  const { refused, opensAt } = obstacles;
  return {
    triggerId: watcher.triggerId,
    name: watcher.spec.name,
    gen: watcher.gen,
    status: statusOf(watcher, obstacles),
    symbol: watch.book.contract.symbol,
    conId: conIdOf(watch),
    rule: conditionShort(watcher.spec.condition, decimalsOf(watch, context), minuteOfDay(context.now)),
    sentence: watcher.sentence,
    ...figuresOf(leaf, watch, context),
    side: leaf === undefined ? 'unknown' : sideOf(leaf),
    comesBackFirst: leaf !== undefined && mustComeBack(watcher, leaf),
    truths: truthsOf(watcher, context.now),
    latched: watcher.edges > 0,
    reason: reasonOf(watcher, leaf, obstacles, context),
    ...(refused === undefined ? {} : { fault: refused.fault }),
    ...timesOf(watcher),
    nextTest: nextTest(watcher, opensAt),
    ...(opensAt === undefined ? {} : { nextTestAt: opensAt }),
  };
}

function obstaclesOf(watcher: Watcher, context: GateContext): Obstacles {
  if (watcher.paused) return { refused: undefined, held: undefined, opensAt: undefined };
  const refused = refusal(watcher, context);
  if (refused !== undefined) return { refused, held: undefined, opensAt: undefined };
  const held = context.holdReason?.(watcher.spec);
  return { refused, held, opensAt: watcher.edges > 0 ? undefined : nextWindow(watcher, context.now) };
}

function statusOf(watcher: Watcher, { refused, held }: Obstacles): WatcherRow['status'] {
  if (watcher.paused) return 'paused';
  return (refused ?? held ?? watcher.heldSince) === undefined ? 'armed' : 'holding';
}

type Figures = Pick<WatcherRow, 'field' | 'price' | 'ageMs' | 'level' | 'distance'>;

function figuresOf(leaf: Leaf | undefined, watch: ContractWatch, { now, detailsOf }: GateContext): Figures {
  const age = watch.book.updatedAt === 0 ? {} : { ageMs: quoteAge(watch.book, now) };
  if (leaf === undefined) return age;
  const price = leafPrice(leaf);
  const level = writtenLevel(leaf);
  return {
    field: FIELD_NAMES[leaf.field],
    ...(Number.isNaN(price) ? {} : { price: trustedPrice(price) }),
    ...age,
    ...(Number.isNaN(level) ? {} : { level: trustedPrice(level) }),
    ...(Number.isNaN(price) || Number.isNaN(level)
      ? {}
      : { distance: distanceOf(leaf, price, level, detailsOf(conIdOf(watch))?.minTick ?? CENT) }),
  };
}

type Times = Pick<WatcherRow, 'armedAt' | 'armedBy' | 'pausedAt' | 'heldSince' | 'testedAt' | 'expiresAt'>;

function timesOf({ armedAt, armedBy, pausedAt, heldSince, testedAt, spec: { expiresAt } }: Watcher): Times {
  return {
    armedAt,
    ...(armedBy === undefined ? {} : { armedBy }),
    ...(pausedAt === undefined ? {} : { pausedAt }),
    ...(heldSince === undefined ? {} : { heldSince }),
    ...(testedAt === undefined ? {} : { testedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

interface Candidate {
  readonly leaf: Leaf;
  /** Relative to the price; Infinity when unknown, 0 when reached. */
  readonly gap: number;
}

/** The leaf that the rule waits for: the farthest of an *and*, the nearest of an *or*. */
function decisive(node: Node): Candidate | undefined {
  if (node.kind === 'window') return undefined;
  if (node.kind === 'leaf') return { leaf: node, gap: gapOf(node) };
  const parts = node.of.map(decisive).filter((part) => part !== undefined);
  return parts.reduce<Candidate | undefined>((best, part) => {
    if (best === undefined) return part;
    if (node.kind === 'or') return part.gap < best.gap ? part : best;
    // What is unknown says nothing about distance: an *and* shows the farthest that is known.
    if (!Number.isFinite(part.gap)) return best;
    return !Number.isFinite(best.gap) || part.gap > best.gap ? part : best;
  }, undefined);
}

function gapOf(leaf: Leaf): number {
  const price = leafPrice(leaf);
  if (Number.isNaN(price) || Number.isNaN(leaf.level)) return Number.POSITIVE_INFINITY;
  if (leaf.crossing ? leaf.crossed : isBeyond(leaf)) return 0;
  return Math.abs(price - leaf.level) / Math.max(1, Math.abs(price));
}

function distanceOf(leaf: Leaf, price: number, level: number, minTick: number): Distance {
  const gap = gapOf(leaf) === 0 ? 0 : Math.abs(price - level);
  return { price: trustedPrice(gap), ticks: Math.ceil(gap / minTick), ppm: Math.round((gap * 1_000_000) / Math.max(1, Math.abs(price))) };
}

function sideOf(leaf: Leaf): WatcherRow['side'] {
  const phase = leaf.watch.book.phase[leaf.field];
  if (Number.isNaN(leafPrice(leaf)) || Number.isNaN(leaf.level) || (phase !== LIVE && phase !== CONFIRMING)) return 'unknown';
  return isBeyond(leaf) === leaf.up ? 'above' : 'below';
}

function mustComeBack({ consumedAt }: Watcher, leaf: Leaf): boolean {
  return leaf.crossing && isBeyond(leaf) && (!leaf.crossed || consumedAt !== undefined);
}

function truthsOf(watcher: Watcher, now: number): readonly PartTruth[] {
  const truths = partTruths(watcher.root, minuteOfDay(now), watcher.edges > 0);
  if (truths.length < 2) return [];
  return truths.map((truth) => (truth === TRUE ? 'true' : truth === UNKNOWN ? 'unknown' : 'false'));
}

function decimalsOf(watch: ContractWatch, { detailsOf }: GateContext): number {
  const details = detailsOf(conIdOf(watch));
  return details === undefined ? 2 : tickDecimals(details.minTick);
}

/** The sentence of a refusal, with its figures. */
export function refusalSentence({ fault, watch }: Refusal, context: GateContext): string {
  const { bid, ask, updatedAt } = watch.book.view();
  const sentence = quoteRefusal(fault, {
    label: contractLabel(watch.book.contract),
    ageMs: context.now - updatedAt,
    limitMs: context.maxAgeMs,
    ...(bid === undefined ? {} : { bid }),
    ...(ask === undefined ? {} : { ask }),
    decimals: decimalsOf(watch, context),
  });
  return fault === 'not-baselined' && watch.gap !== '' ? `${sentence} Cause: ${watch.gap}.` : sentence;
}

function reasonOf(watcher: Watcher, leaf: Leaf | undefined, obstacles: Obstacles, context: GateContext): string {
  const { refused, held, opensAt } = obstacles;
  if (watcher.paused) return `Paused by ${watcher.pausedBy ?? 'you'}.`;
  const why = refused === undefined ? held : refusalSentence(refused, context);
  if (why !== undefined) {
    const kept = watcher.edges > 0 ? ' The rule woke and is kept awake while the price stays beyond its level.' : '';
    return `${why}${kept}`;
  }
  const unknown = watcher.leaves.find((candidate) => Number.isNaN(leafPrice(candidate)) || Number.isNaN(candidate.level));
  if (unknown !== undefined) return unknownReason(unknown);
  if (opensAt !== undefined) return `True but for the time; waits for ${clock(opensAt)} New York.`;
  if (leaf?.crossing === true && isBeyond(leaf)) return beyondReason(watcher, leaf, context);
  return 'Watches every tick.';
}

function unknownReason(leaf: Leaf): string {
  const { source, watch } = leaf;
  const label = contractLabel(watch.book.contract);
  if (source.kind === 'percent-change' && Number.isNaN(leaf.level)) {
    return source.basis === 'close' ? `Waits for the previous close of ${label}.` : `Waits for a live price of ${label} to measure from.`;
  }
  return `Waits for the ${FIELD_NAMES[leaf.field]} of ${label}, which is unknown now.`;
}

function beyondReason(watcher: Watcher, leaf: Leaf, context: GateContext): string {
  const level = formatPrice(trustedPrice(writtenLevel(leaf)), decimalsOf(leaf.watch, context));
  const back = leaf.up ? `below ${level}` : `above ${level}`;
  const label = contractLabel(leaf.watch.book.contract);
  if (leaf.crossed) {
    return watcher.consumedAt === undefined
      ? `${label} has crossed ${level}; waits for the rest of the rule.`
      : `${label} crossed ${level} while the rest of the rule was false; it must come back ${back} and cross again.`;
  }
  return `${label} is beyond ${level} already; it must be seen ${back} first.`;
}

/** When the next window opens for a rule whose level is reached. */
function nextWindow(watcher: Watcher, now: number): number | undefined {
  if (!watcher.hasWindow || !trueButForTime(watcher.root)) return undefined;
  const day = dayKey(now);
  const starts = windowStarts(watcher.root).map((minute) => epochAt(day, minute));
  const ahead = starts.filter((start) => start > now);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

function windowStarts(node: Node): readonly number[] {
  if (node.kind === 'leaf') return [];
  if (node.kind === 'window') return [node.negated ? node.toMinute : node.fromMinute];
  return node.of.flatMap(windowStarts);
}

function clock(at: number): string {
  const minute = minuteOfDay(at);
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function nextTest(watcher: Watcher, opensAt: number | undefined): string {
  if (watcher.paused) return 'when resumed';
  if (opensAt !== undefined) return `at ${clock(opensAt)}`;
  const labels = watcher.contracts.map(({ watch }) => contractLabel(watch.book.contract));
  return `next tick of ${labels.join(' or ')}`;
}
