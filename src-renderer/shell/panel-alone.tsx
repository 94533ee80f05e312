import { useEffect, type ReactNode } from 'react';
import { PANELS, type PanelId } from '#protocol/panels';
import { ChartPanel } from '../panels/chart/chart.tsx';
import { Fills } from '../panels/fills/fills.tsx';
import { LogTabs } from '../panels/log/log.tsx';
import { Orders } from '../panels/orders/orders.tsx';
import { PnlOverDay } from '../panels/pnl/pnl.tsx';
import { Positions } from '../panels/positions/positions.tsx';
import { Quotes } from '../panels/quotes/quotes.tsx';
import { Watchers } from '../panels/triggers/watchers.tsx';
import { useDesk } from '../hook/desk-context.ts';
import { select, useView } from '../view/view-store.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { System } from './system.tsx';

const WHOLE: Readonly<Partial<Record<PanelId, () => ReactNode>>> = {
  watchers: Watchers,
  quotes: Quotes,
  chart: LookedUpChart,
  log: LogTabs,
};
const PAGES: Readonly<Partial<Record<PanelId, () => ReactNode>>> = {
  orders: Orders,
  positions: Positions,
  fills: Fills,
  pnl: PnlOverDay,
  system: System,
};

/** One panel in the place of the desk; header, banners and messages stand around it as in the whole console. */
export function PanelAlone({ panel, inert }: { readonly panel: PanelId; readonly inert: boolean }): ReactNode {
  const Panel = WHOLE[panel];
  const Page = PAGES[panel];
  const name = PANELS[panel];
  return (
    <main className="desk" inert={inert} data-testid="panel-alone">
      <ErrorBoundary what={`The panel ${name}`}>
        {Panel !== undefined && <Panel />}
        {Page !== undefined && (
          <section className="panel" aria-label={name}>
            <div className="panel-head">
              <h2>{name}</h2>
            </div>
            <div className="tab-page" data-page={panel} role="group" aria-label={`${name}, alone in this window`} tabIndex={-1}>
              <Page />
            </div>
          </section>
        )}
      </ErrorBoundary>
    </main>
  );
}

/** In the whole console the ticket looks up the contract of the selection. */
function LookedUpChart(): ReactNode {
  const { contracts } = useDesk();
  const conId = useView((state) => state.selection?.conId ?? null);
  const symbol = useView((state) => state.selection?.symbol ?? '');
  useEffect(() => {
    if (conId === null) return undefined;
    let alive = true;
    void contracts.find(conId, symbol).then((contract) => {
      if (alive && contract !== undefined) select({ conId, symbol, contract });
    });
    return () => {
      alive = false;
    };
  }, [contracts, conId, symbol]);
  return <ChartPanel />;
}
