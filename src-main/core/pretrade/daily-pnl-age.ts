import { sessionAt } from '#domain/session-time';
import type { DeskView } from '#core/state/desk-view';

type View = Pick<DeskView, 'accounts' | 'board' | 'details' | 'exchange' | 'stores'>;

/** A tick so long after a figure may have been too late for it. */
const SAME_MOMENT_MS = 2_000;

/**
 * Age of the day's figure in ms while something is held that may have changed it since: a contract whose price moved later, or whose price
 * nobody here sees. Outside its session nothing moves.
 */
export function dailyPnlAge(desk: View, now: number): number | undefined {
  const account = desk.accounts.current();
  if (account?.pnlAt === undefined) return undefined;
  const age = now - account.pnlAt;
  for (const position of desk.stores.positions.values()) {
    if (position.quantity === 0 || position.account !== account.id) continue;
    const { conId } = position.contract;
    const details = desk.details.get(conId);
    if (details !== undefined && sessionAt(desk.exchange.now(), details).session === 'closed') continue;
    const quote = desk.board.quote(conId);
    const seen = quote === undefined || quote.updatedAt === 0 ? undefined : quote.updatedAt - desk.exchange.offset();
    if (seen === undefined || seen > account.pnlAt + SAME_MOMENT_MS) return age;
  }
  return undefined;
}
