import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { Bar } from '#domain/bar';
import type { Contract } from '#domain/contract';
import { priceToNumber, type Price } from '#domain/price';
import type { FillRow } from '#protocol/topics';
import { changePercent, changeText, priceText } from '../../format/figure.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useField, useLinkState, useRow, useSummary } from '../../hook/rows.ts';
import { useView, type Selection } from '../../view/view-store.ts';
import { Empty } from '../../ui/controls.tsx';
import { useDraft } from '../../draft/draft-store.ts';
import { CandleChart, type ChartColors } from './candle-chart.ts';
import { DRAWN, chartLines, fillMarks, type ChartLine, type DrawnOrder, type DrawnWatcher } from './chart-lines.ts';
import { foldQuote } from './live-bar.ts';
import { useThrottled } from './use-throttled.ts';
import './chart.css';

const BARS = 390;
const RELOAD_MS = 30_000;
const PAINT_MS = 250;

/** Candles of the selected symbol with everything that waits at a price: triggers, stops, targets, orders, fills. */
export function ChartPanel(): ReactNode {
  const selection = useView((state) => state.selection);
  return (
    <section className="panel" aria-label="Chart">
      <Head selection={selection} />
      {selection === null ? (
        <Empty title="No symbol selected.">Click a watcher, a quote or an order, or search a symbol in New trigger (N).</Empty>
      ) : selection.contract === null ? (
        <Empty title={`Looking up ${selection.symbol}…`}>The bars come as soon as the broker has named the contract.</Empty>
      ) : (
        <Candles key={selection.conId} contract={selection.contract} />
      )}
    </section>
  );
}

function Head({ selection }: { readonly selection: Selection | null }): ReactNode {
  const quote = useRow('quotes', selection?.conId ?? null);
  const label = quote?.label ?? selection?.symbol ?? '';
  return (
    <div className="panel-head">
      <h2>{label === '' ? 'Chart' : label}</h2>
      {selection !== null && (
        <>
          <span>1 MIN</span>
          <span className="dim">{priceText(quote?.last, quote?.decimals)}</span>
          <Change last={quote?.last ?? null} close={quote?.close ?? null} />
        </>
      )}
      <a
        className="right attribution"
        href="https://www.tradingview.com/"
        target="_blank"
        rel="noreferrer"
        title="Chart: Lightweight Charts™, Copyright (c) 2025 TradingView, Inc."
      >
        Charts by TradingView
      </a>
    </div>
  );
}

function Change({ last, close }: { readonly last: Price | null; readonly close: Price | null }): ReactNode {
  const change = changePercent(last, close);
  return (
    <span className={change === null || change === 0 ? 'dim' : change > 0 ? 'up' : 'down'}>
      {change === null ? '' : `${changeText(last, close)} %`}
    </span>
  );
}

type Loaded =
  | { readonly phase: 'asking' }
  | { readonly phase: 'failed'; readonly text: string }
  | { readonly phase: 'loaded'; readonly bars: readonly Bar[] };

/** The desk's bars, asked again every half minute while the link lives; `bars` also holds the candle that the quote moves. */
function useBars(contract: Contract): { readonly loaded: Loaded; readonly bars: RefObject<Bar[]> } {
  const { link } = useDesk();
  const live = useLinkState().phase === 'live';
  const [loaded, setLoaded] = useState<Loaded>({ phase: 'asking' });
  const bars = useRef<Bar[]>([]);
  useEffect(() => {
    if (!live) return undefined;
    let alive = true;
    const load = (): void => {
      void link.call('chart.bars', { contract, count: BARS }).then((reply) => {
        if (!alive) return;
        if (reply.ok) {
          bars.current = [...reply.value.bars];
          setLoaded({ phase: 'loaded', bars: reply.value.bars });
        } else setLoaded((old) => (old.phase === 'loaded' ? old : { phase: 'failed', text: reply.error.text }));
      });
    };
    load();
    const timer = setInterval(load, RELOAD_MS);
    return () => {
      alive = false;
      clearInterval(timer);
    };
  }, [link, contract, live]);
  return { loaded, bars };
}

/** How far the exchange's time is ahead of the desk's, ms; null while nobody has said. */
function useExchangeOffset(): number | null {
  const exchangeTime = useField('status', 'exchangeTime') ?? null;
  const clockAt = useField('status', 'clockAt') ?? null;
  return exchangeTime === null || clockAt === null ? null : exchangeTime - clockAt;
}

/** What waits at a price of this contract, and what was filled in it. */
function useLines(
  contract: Contract,
  last: Price | null,
  decimals: number,
): { readonly lines: readonly ChartLine[]; readonly fills: readonly FillRow[] } {
  const draft = useDraft((state) => state.draft);
  const watchers = useSummary(
    'watchers',
    useCallback((rows: readonly DrawnWatcher[]) => rows.filter((row) => row.conId === contract.conId), [contract.conId]),
    DRAWN.watchers,
  );
  const orders = useSummary(
    'orders',
    useCallback((rows: readonly DrawnOrder[]) => rows.filter((row) => row.conId === contract.conId && row.working), [contract.conId]),
    DRAWN.orders,
  );
  const fills = useSummary(
    'fills',
    useMemo(() => (rows) => rows.filter((row) => row.symbol === contract.symbol), [contract.symbol]),
  );
  const active = useView((state) => state.active.watchers);
  const lines = useMemo(
    () => chartLines({ watchers, orders, draft, conId: contract.conId, active: active === null ? null : String(active), last, decimals }),
    [watchers, orders, draft, contract.conId, active, last, decimals],
  );
  return { lines, fills };
}

function Candles({ contract }: { readonly contract: Contract }): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<CandleChart | null>(null);
  const { loaded, bars } = useBars(contract);
  const quote = useThrottled(useRow('quotes', contract.conId), PAINT_MS);
  const colors = useChartColors();
  const offset = useExchangeOffset();
  const decimals = quote?.decimals ?? 2;

  useEffect(() => {
    if (host.current === null) return undefined;
    const made = new CandleChart(host.current, colors, decimals);
    chart.current = made;
    made.setBars(bars.current);
    return () => {
      chart.current = null;
      made.remove();
    };
  }, [colors, decimals]);

  useEffect(() => {
    if (loaded.phase === 'loaded') chart.current?.setBars(bars.current);
  }, [loaded, colors, decimals]);

  // The last candle lives from the quote; the desk's own bars replace it every half minute.
  const last = quote?.last ?? null;
  const at = quote?.at ?? null;
  useEffect(() => {
    if (last === null || at === null || offset === null || loaded.phase !== 'loaded') return;
    const bar = foldQuote(bars.current, last, at + offset);
    if (bar !== null) chart.current?.update(bar);
  }, [last, at, offset, loaded]);

  const { lines, fills } = useLines(contract, last, decimals);
  useEffect(() => {
    chart.current?.setLines(lines, last === null ? null : priceToNumber(last));
  }, [lines, last, colors, decimals]);
  useEffect(() => {
    chart.current?.setMarks(fillMarks(fills, bars.current));
  }, [fills, loaded, colors, decimals]);

  const spoken = lines.map((line) => line.text).join('; ');
  return (
    <div className="chart-body">
      <div
        ref={host}
        className="chart-host"
        role="img"
        aria-label={`One-minute candles of ${contract.symbol}. ${spoken}`}
        data-testid="chart"
      />
      <BarsNote loaded={loaded} />
    </div>
  );
}

/** Why there are no candles. */
function BarsNote({ loaded }: { readonly loaded: Loaded }): ReactNode {
  const empty = loaded.phase === 'loaded' && loaded.bars.length === 0;
  if (loaded.phase === 'loaded' && !empty) return null;
  return (
    <div className="chart-note">
      {loaded.phase === 'asking' && 'Asking for bars…'}
      {loaded.phase === 'failed' && <span className="amber">{loaded.text}</span>}
      {empty && 'No bars yet today: the first one appears with the next trade.'}
    </div>
  );
}

const COLORS = { green: ['#2ebd85', '#f6465d'], red: ['#f6465d', '#2ebd85'], blue: ['#4ea1ff', '#f59e42'] } as const;

function useChartColors(): ChartColors {
  const pair = useField('settings', 'settings')?.screen.upColor ?? 'green';
  return useMemo(() => ({ up: COLORS[pair][0], down: COLORS[pair][1] }), [pair]);
}
