import { useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { ChartPanel } from '../panels/chart/chart.tsx';
import { LogTabs } from '../panels/log/log.tsx';
import { Quotes } from '../panels/quotes/quotes.tsx';
import { Ticket } from '../panels/ticket/ticket.tsx';
import { Watchers } from '../panels/triggers/watchers.tsx';
import { ByScope } from '../hook/scope.tsx';
import { SplitHandle } from '../ui/split-handle.tsx';
import { BottomTabs } from './bottom-tabs.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { resize, useLayout } from '../view/layout-store.ts';

const LEFT = { min: 280, max: 460 };
const RIGHT = { min: 240, max: 520 };

/** The table in the middle needs this much to show what can be done to its rows; the columns beside it give way first. */
const MIDDLE = 700;
const FRAME = 102;

interface Room {
  readonly width: number;
  /** Between header and footer while no banner is open: panels must keep room for each other in a small window. */
  readonly height: number;
  /** What the banners take of it now. */
  readonly banners: number;
}

function useRoom(main: RefObject<HTMLElement | null>): Room {
  const [room, setRoom] = useState<Room>(() => ({ width: window.innerWidth, height: window.innerHeight - FRAME, banners: 0 }));
  useLayoutEffect(() => {
    const measure = (): void => {
      const height = window.innerHeight - FRAME;
      setRoom({ width: window.innerWidth, height, banners: Math.max(0, height - (main.current?.clientHeight ?? height)) });
    };
    measure();
    const sizes = new ResizeObserver(measure);
    if (main.current !== null) sizes.observe(main.current);
    window.addEventListener('resize', measure);
    return () => {
      sizes.disconnect();
      window.removeEventListener('resize', measure);
    };
  }, [main]);
  return room;
}

/** Ticket, then chart over watchers over blotter, then quotes over alarms; the borders can be moved, locked and reset. */
export function DeskLayout({ inert }: { readonly inert: boolean }): ReactNode {
  const { layout, locked } = useLayout();
  const main = useRef<HTMLElement>(null);
  const { width, height, banners } = useRoom(main);
  // A banner takes its room from the chart, so that no row of a table moves under a hand that aims at it.
  const chart = Math.max(120, Math.min(layout.chart, height - 300) - banners);
  const bottom = Math.max(100, Math.min(layout.bottom, height - banners - chart - 150));
  const quotes = Math.max(90, Math.min(layout.quotes, height - banners - 140));
  const right = Math.max(RIGHT.min, Math.min(layout.right, width - MIDDLE - layout.left));
  const left = Math.max(LEFT.min, Math.min(layout.left, width - MIDDLE - right));
  return (
    <main ref={main} className="desk" inert={inert} style={{ gridTemplateColumns: `${String(left)}px minmax(0, 1fr) ${String(right)}px` }}>
      <div className="column bordered">
        <ErrorBoundary what="The ticket">
          <ByScope call="trigger.arm">
            <Ticket />
          </ByScope>
        </ErrorBoundary>
      </div>
      <div className="column bordered" style={{ gridTemplateRows: `${String(chart)}px minmax(0, 1fr) ${String(bottom)}px` }}>
        <ErrorBoundary what="The chart">
          <ChartPanel />
        </ErrorBoundary>
        <div className="cell">
          <ErrorBoundary what="The watchers">
            <Watchers />
          </ErrorBoundary>
          {!locked && <RowHandle part="chart" label="Height of the chart" size={chart} min={120} max={height - 300} forward />}
        </div>
        <div className="cell">
          <ErrorBoundary what="The blotter">
            <BottomTabs />
          </ErrorBoundary>
          {!locked && <RowHandle part="bottom" label="Height of the blotter" size={bottom} min={100} max={height - chart - 150} />}
        </div>
      </div>
      <div className="column" style={{ gridTemplateRows: `${String(quotes)}px minmax(0, 1fr)` }}>
        <ErrorBoundary what="The quotes">
          <Quotes />
        </ErrorBoundary>
        <div className="cell">
          <ErrorBoundary what="The log">
            <LogTabs />
          </ErrorBoundary>
          {!locked && <RowHandle part="quotes" label="Height of the quotes" size={quotes} min={90} max={height - 140} forward />}
        </div>
      </div>
      {!locked && (
        <>
          <SplitHandle
            label="Width of the ticket"
            axis="x"
            size={left}
            {...LEFT}
            forward
            onSize={(size) => resize('left', size)}
            style={{ top: 0, bottom: 0, left: left - 4 }}
          />
          <SplitHandle
            label="Width of the quotes"
            axis="x"
            size={right}
            {...RIGHT}
            forward={false}
            onSize={(size) => resize('right', size)}
            style={{ top: 0, bottom: 0, right: right - 4 }}
          />
        </>
      )}
    </main>
  );
}

/** The upper border of a cell; `forward` when what stands above it grows as it goes down. */
function RowHandle(props: {
  readonly part: 'chart' | 'bottom' | 'quotes';
  readonly label: string;
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly forward?: boolean;
}): ReactNode {
  const { part, label, size, min, max, forward = false } = props;
  return (
    <SplitHandle
      label={label}
      axis="y"
      size={size}
      min={min}
      max={max}
      forward={forward}
      onSize={(next) => resize(part, next)}
      style={{ left: 0, right: 0, top: -4 }}
    />
  );
}
