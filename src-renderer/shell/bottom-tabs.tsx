import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import type { OrderRow, PositionRow } from '#protocol/topics';
import { Fills } from '../panels/fills/fills.tsx';
import { Orders } from '../panels/orders/orders.tsx';
import { PnlOverDay } from '../panels/pnl/pnl.tsx';
import { Positions } from '../panels/positions/positions.tsx';
import { useSummary } from '../hook/rows.ts';
import { ByScope } from '../hook/scope.tsx';
import { openDialog, showTab, useView, type BottomTab } from '../view/view-store.ts';
import { System } from './system.tsx';

const BOTTOM_TABS: readonly { readonly id: BottomTab; readonly label: string }[] = [
  { id: 'orders', label: 'Orders' },
  { id: 'positions', label: 'Positions' },
  { id: 'fills', label: 'Fills' },
  { id: 'pnl', label: 'P&L' },
  { id: 'system', label: 'System' },
];

const PAGES: Readonly<Record<BottomTab, () => ReactNode>> = {
  orders: Orders,
  positions: Positions,
  fills: Fills,
  pnl: PnlOverDay,
  system: System,
};

const WORKING = ['working'] as const;
const STATE = ['state'] as const;

function countWorking(rows: readonly Pick<OrderRow, 'working'>[]): number {
  return rows.filter((row) => row.working).length;
}

function anyUnknown(rows: readonly Pick<OrderRow, 'state'>[]): boolean {
  return rows.some((row) => row.state === 'UNKNOWN');
}

function countOpen(rows: readonly PositionRow[]): number {
  return rows.filter((row) => row.quantity !== 0).length;
}

function anyBare(rows: readonly PositionRow[]): boolean {
  return rows.some((row) => row.unprotected !== 0);
}

/** A hidden page does not exist: it costs nothing. */
export function BottomTabs(): ReactNode {
  const tab = useView((state) => state.bottomTab);
  const working = useSummary('orders', countWorking, WORKING);
  const unknown = useSummary('orders', anyUnknown, STATE);
  const open = useSummary('positions', countOpen);
  const bare = useSummary('positions', anyBare);
  const Page = PAGES[tab];
  return (
    <section className="panel" aria-label="Blotter">
      <Tabs.Root className="tabs" value={tab} onValueChange={(value) => showTab(value as BottomTab)}>
        <div className="tab-bar">
          <Tabs.List className="tab-list" aria-label="Blotter">
            {BOTTOM_TABS.map(({ id, label }) => (
              <Tabs.Trigger key={id} className="tab" value={id}>
                {label}
                {id === 'orders' && working > 0 && <Badge count={working} title="working" amber={unknown} />}
                {id === 'positions' && open > 0 && <Badge count={open} title="open" amber={bare} />}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {tab === 'positions' && open > 0 && (
            <ByScope call="positions.flatten-all">
              <button
                type="button"
                className="button tab-tool"
                data-size="small"
                title="Close every position at market (Shift Delete): asks first"
                onClick={() => openDialog({ kind: 'flatten-all' })}
              >
                Flatten all…
              </button>
            </ByScope>
          )}
        </div>
        <Tabs.Content className="tab-page" value={tab} tabIndex={-1}>
          <Page />
        </Tabs.Content>
      </Tabs.Root>
    </section>
  );
}

function Badge({ count, title, amber }: { readonly count: number; readonly title: string; readonly amber: boolean }): ReactNode {
  return (
    <span className="badge" data-tone={amber ? 'amber' : undefined} title={`${String(count)} ${title}`}>
      {count}
    </span>
  );
}
