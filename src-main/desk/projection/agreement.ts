import { CENT, type FigureCheck, pnlAgreement } from '#core/portfolio/pnl-agreement';
import { reportedFigures } from '#core/portfolio/reported-figures';
import type { DeskView } from '#core/state/desk-view';
import type { AccountId } from '#domain/ids';
import type { Position } from '#domain/position';
import type { Price } from '#domain/price';
import { abs } from '#domain/scaled';
import { dayKey } from '#domain/session-time';
import type { FigureCheckView } from '#protocol/figures';

/** IB tells each figure at its own moment; what is still there after this long is a difference. */
const LASTING_MS = 5_000;

/** Marked at the side one would meet when closing; the last trade only when there is no market. */
export function markOf(view: DeskView, { contract, quantity }: Position): Price | undefined {
  const quote = view.board.quote(contract.conId);
  return quote === undefined ? undefined : ((quantity >= 0 ? quote.bid : quote.ask) ?? quote.last);
}

/** Fills of before the broker's day, as far as their time is known. */
function earlierFills(view: DeskView, account: AccountId): number {
  if (!view.exchange.known()) return 0;
  const today = dayKey(view.exchange.now());
  let count = 0;
  for (const fill of view.stores.fills.values()) {
    if (fill.account !== account) continue;
    const at = fill.brokerAt ?? view.exchange.timeOf(fill.at);
    if (at !== undefined && dayKey(at) < today) count += 1;
  }
  return count;
}

/** Since when each figure has had a difference that nothing explains. */
export class Agreement {
  readonly #since = new Map<FigureCheck['figure'], number>();

  /** `now` in epoch ms. */
  checks(view: DeskView, now: number): readonly FigureCheckView[] {
    const account = view.accounts.current();
    if (account === undefined) return [];
    const positions = [...view.stores.positions.values()].map((position) => ({
      position,
      mark: markOf(view, position),
      broker: view.accounts.ofPosition(position.account, position.contract.conId),
      reported: reportedFigures(view.stores.fills.values(), position),
    }));
    return pnlAgreement(account, positions, view.accounts.change(account.id), earlierFills(view, account.id)).map((check) =>
      this.#shown(check, now),
    );
  }

  #shown(check: FigureCheck, now: number): FigureCheckView {
    const { figure, broker, here, parts, missing, unexplained } = check;
    const differs = unexplained !== undefined && abs(unexplained) > CENT;
    if (!differs) this.#since.delete(figure);
    else if (!this.#since.has(figure)) this.#since.set(figure, now);
    const lasting = differs && now - (this.#since.get(figure) ?? now) >= LASTING_MS;
    return { figure, broker: broker ?? null, here: here ?? null, parts, missing, unexplained: unexplained ?? null, lasting };
  }
}
