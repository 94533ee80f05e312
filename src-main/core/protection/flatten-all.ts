import { type Slice, logLine } from '#core/state/desk-state';
import type { Refusal } from '#core/state/refusal';
import type { Position } from '#domain/position';
import { formatQuantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { closePosition } from './close-position.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'resizeAttempts'
  | 'rules'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/**
 * Closes every position of `held`, the ones that the operator saw, each as a command of its own. One that cannot be closed does not stop the
 * others; the refusal names it. The number of the last commit.
 */
export function flattenAll(desk: Desk, held: readonly Position[], by: string): Result<number, Refusal> {
  const names = held.map(({ contract, quantity }) => `${formatQuantity(quantity)} ${contract.symbol}`).join(', ');
  logLine(desk, 'warning', `${by} flattens all: ${names}.`, undefined, 'command');
  const refusals: string[] = [];
  for (const { account, contract } of held) {
    const closed = closePosition(desk, account, contract.conId, 100, by);
    if (!closed.ok) refusals.push(`${contract.symbol}: ${closed.error.text}`);
  }
  if (refusals.length === 0) return ok(desk.coordinator.seq);
  return err({
    code: 'not-allowed-now',
    text: `${held.length - refusals.length} of ${held.length} are being closed. ${refusals.join(' ')}`,
  });
}
