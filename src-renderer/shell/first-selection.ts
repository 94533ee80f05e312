import { useEffect } from 'react';
import type { WatcherRow } from '#protocol/topics';
import { useDesk } from '../hook/desk-context.ts';
import { useKeys } from '../hook/rows.ts';
import { select, setActive, useView } from '../view/view-store.ts';

/** An empty chart helps nobody: until the operator chooses, the first watcher or quote is looked at. */
export function useFirstSelection(): void {
  const { link, contracts } = useDesk();
  const watchers = useKeys('watchers');
  const quotes = useKeys('quotes');
  useEffect(() => {
    if (useView.getState().selection !== null) return;
    const watcher = nearest(watchers.map((key) => link.replicas.tables.watchers.row(key)));
    if (watcher !== undefined) {
      contracts.remember([watcher.spec.action.contract]);
      setActive('watchers', watcher.id);
      select({ conId: watcher.conId, symbol: watcher.symbol, contract: null });
      return;
    }
    const quote = link.replicas.tables.quotes.row(quotes[0] ?? '');
    if (quote !== undefined) select({ conId: quote.conId, symbol: quote.symbol, contract: null });
  }, [link, contracts, watchers, quotes]);
}

/** The watcher that stands first in its table. */
function nearest(rows: readonly (WatcherRow | undefined)[]): WatcherRow | undefined {
  const distance = (row: WatcherRow): number =>
    row.life !== 'armed' || row.distanceBasisPoints === null || row.comesBackFirst
      ? Number.POSITIVE_INFINITY
      : Math.abs(row.distanceBasisPoints);
  return rows.reduce((best, row) => (row !== undefined && (best === undefined || distance(row) < distance(best)) ? row : best), undefined);
}
