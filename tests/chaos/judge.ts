import type { FillRow, OrderRow, PositionRow } from '#protocol/topics';
import type { JournalFacts } from './journal-facts.ts';
import type { Line, Truth } from './truth.ts';

/** What the desk shows its operator. */
export interface Picture {
  orders(): readonly OrderRow[];
  positions(): readonly PositionRow[];
  fills(): readonly FillRow[];
}

export interface Difference {
  readonly text: string;
  /**
   * A known defect: an execution told just after the first list of positions, which contains it already, is booked twice. Only when the
   * difference is made of exactly such executions.
   */
  readonly excuse?: 'opening position';
}

/** Executions told while a process took its first look at the broker, epoch ms of this machine. */
export interface Opening {
  readonly from: number;
  readonly until: number;
}

/** The desk's book against the broker's ledger: working orders, fills, positions. Empty when they are equal. */
export function differences(truth: Truth, desk: Picture, opening: Opening): readonly Difference[] {
  return [...orderDifferences(truth, desk), ...fillDifferences(truth, desk), ...positionDifferences(truth, desk, opening)];
}

function orderDifferences(truth: Truth, desk: Picture): readonly Difference[] {
  const found: Difference[] = [];
  const working = truth.working();
  const rows = new Map<number, OrderRow>();
  for (const row of desk.orders()) {
    if (row.permId !== null) rows.set(row.permId, row);
    const isThere = row.permId !== null && working.has(row.permId);
    if (row.working && row.state !== 'UNKNOWN' && !isThere)
      found.push({ text: `${row.key} is ${row.state} in the book and does not work at the broker` });
  }
  for (const [permId, order] of working) {
    const row = rows.get(permId);
    if (row?.working !== true || row.state === 'UNKNOWN')
      found.push({
        text: `${nameOf(order)} works at the broker and is ${row === undefined ? 'not in the book' : `${row.state} in the book`}`,
      });
  }
  return found;
}

function fillDifferences(truth: Truth, desk: Picture): readonly Difference[] {
  const found: Difference[] = [];
  const booked = new Map<string, FillRow>();
  for (const row of desk.fills()) {
    const root: string = row.execId;
    if (booked.has(root)) found.push({ text: `the fill ${row.execId} stands in the book twice` });
    booked.set(root, row);
    if (!truth.executed.has(root)) found.push({ text: `the fill ${row.execId} is in the book and not in the broker's ledger` });
  }
  for (const [root, line] of truth.executed) {
    const row = booked.get(root);
    if (row === undefined) found.push({ text: `LOST: the fill ${line.execId} of ${nameOf(line)} is not in the book` });
    else if (row.quantity !== line.quantity || row.price !== line.price || row.side !== line.side)
      found.push({ text: `the fill ${line.execId} of ${nameOf(line)} is ${row.quantity} at ${row.price} in the book` });
  }
  return found;
}

function positionDifferences(truth: Truth, desk: Picture, opening: Opening): readonly Difference[] {
  const found: Difference[] = [];
  const held = new Map(desk.positions().map((row) => [row.conId as number, row]));
  const sums = truth.positions();
  for (const conId of new Set([...held.keys(), ...sums.keys()])) {
    const there = sums.get(conId) ?? 0;
    const here = held.get(conId)?.quantity ?? 0;
    if (there === here) continue;
    const early = [...truth.executed.values()]
      .filter((line) => line.conId === conId && line.wall >= opening.from && line.wall <= opening.until)
      .map((line) => (line.side === 'BUY' ? line.quantity : 0 - line.quantity));
    const symbol = held.get(conId)?.symbol ?? String(conId);
    const text = `the position of ${symbol} is ${here / 10_000} in the book and ${there / 10_000} at the broker`;
    found.push(isMadeOf(here - there, early) ? { text, excuse: 'opening position' } : { text });
  }
  return found;
}

/** Whether some of these, each taken once, make up the sum. The newest twelve are tried. */
function isMadeOf(sum: number, all: readonly number[]): boolean {
  const [first, ...rest] = all.slice(-12);
  if (first === undefined) return sum === 0;
  return isMadeOf(sum - first, rest) || isMadeOf(sum, rest);
}

/** What must hold over all cycles: each reference is one order, and each order was written down before it left. */
export function promises(truth: Truth, journal: JournalFacts): readonly string[] {
  const found = [...journal.violations];
  const first = new Map<string, Line<'placed'>>();
  for (const line of truth.placed) {
    if (line.kind === 'what-if' || line.orderRef === '') continue;
    const before = first.get(line.orderRef);
    if (before === undefined) {
      first.set(line.orderRef, line);
      const wanted = journal.intents.get(line.orderRef);
      if (wanted === undefined) found.push(`${line.orderRef} came to the broker and the journal has no intent of it (I-14)`);
      else if (line.wall < wanted)
        found.push(`${line.orderRef} came to the broker ${wanted - line.wall} ms before its intent was written (I-14)`);
    } else if (before.orderId !== line.orderId || before.clientId !== line.clientId) {
      found.push(
        `DUPLICATE: ${line.orderRef} came to the broker as order ${before.clientId}/${before.orderId} and again as ${line.clientId}/${line.orderId} (I-01)`,
      );
    }
  }
  return found;
}

/**
 * New orders that came to the broker in a stretch of time in which none may, in words. What only lowers exposure, by the journal, is not among
 * them: it may leave in every state.
 */
export function placedBetween(
  truth: Truth,
  { reducing }: Pick<JournalFacts, 'reducing'>,
  from: number,
  until: number,
  why: string,
): readonly string[] {
  const known = new Set<string>();
  const found: string[] = [];
  for (const line of truth.placed) {
    const key = `${line.clientId}/${line.orderId}`;
    const isNew = !known.has(key);
    known.add(key);
    if (isNew && !reducing.has(line.orderRef) && line.kind !== 'what-if' && line.wall > from && line.wall < until)
      found.push(`${line.orderRef} came to the broker ${why}`);
  }
  return found;
}

function nameOf(line: Line<'accepted'> | Line<'executed'>): string {
  return `${line.orderRef === '' ? 'order' : line.orderRef} (perm ${line.permId})`;
}
