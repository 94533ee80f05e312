import { useMemo, type ReactNode } from 'react';
import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { type Amount, amountOf, MONEY_SCALE } from '#domain/money';
import type { PnlPoint } from '#protocol/topics';
import { amountText, pnlText } from '../../format/figure.ts';
import { clockText } from '../../format/time.ts';
import { useField, useSummary } from '../../hook/rows.ts';
import { Empty } from '../../ui/controls.tsx';
import { Agreement } from './agreement.tsx';
import './pnl.css';

const MOST_POINTS = 240;

interface Point {
  readonly at: number;
  readonly value: number;
}

/** Few enough for a slow chart: every n-th point, and always the newest. */
function thin(rows: readonly PnlPoint[]): readonly Point[] {
  const known = rows.filter((row): row is PnlPoint & { readonly day: Amount } => row.day !== null).sort((a, b) => a.at - b.at);
  const step = Math.max(1, Math.ceil(known.length / MOST_POINTS));
  return known.filter((_, i) => i % step === 0 || i === known.length - 1).map((row) => ({ at: row.at, value: row.day / MONEY_SCALE }));
}

const SHORT_MS = 20 * 60_000;

/** Within minutes every label would read the same without its seconds. */
function axisTime(points: readonly Point[]): (at: number) => string {
  const short = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0) < SHORT_MS;
  return (at) => (short ? clockText(at) : clockText(at).slice(0, 5));
}

function whole(value: number): string {
  return amountText(amountOf(value), 0);
}

/** Round figures around a range: at most six of them, 1, 2 or 5 times a power of ten apart. */
export function niceTicks(low: number, high: number): readonly number[] {
  const rough = Math.max(high - low, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

interface Range {
  readonly high: number;
  readonly low: number;
  /** Where the daily loss limit lies; null without one. */
  readonly loss: number | null;
  /** A limit far below the day would flatten its curve. */
  readonly showsLimit: boolean;
  readonly ticks: readonly number[];
  readonly domain: readonly [number, number];
}

/** What the axes must hold: zero, every point, and the loss limit where the day comes near it. Money as plain numbers. */
function rangeOf(values: readonly number[], limit: Amount | null): Range {
  const high = Math.max(...values);
  const low = Math.min(...values);
  const top = Math.max(0, high);
  const bottom = Math.min(0, low);
  const loss = limit === null ? null : (0 - limit) / MONEY_SCALE;
  const showsLimit = loss !== null && loss >= bottom * 1.5 - 1;
  const ticks = niceTicks(showsLimit ? Math.min(bottom, loss) : bottom, top);
  return { high, low, loss, showsLimit, ticks, domain: [ticks[0] ?? bottom, ticks.at(-1) ?? top] };
}

export function PnlOverDay(): ReactNode {
  const points = useSummary('pnl', thin);
  const limit = useField('status', 'dailyLossLimit') ?? null;
  const currency = useField('status', 'currency') ?? '';
  const day = useField('status', 'dayPnl') ?? null;
  const data = useMemo(() => [...points], [points]);
  if (data.length < 2)
    return (
      <div className="pnl">
        <Agreement />
        <Empty title="No P&L over the day yet.">A point is added every few seconds while the broker reports the day&apos;s P&amp;L.</Empty>
      </div>
    );
  // The points are seconds apart: what is so now is the header's own figure.
  const values = data.map((point) => point.value);
  const newest = values.at(-1) ?? 0;
  const { high, low, loss, showsLimit, ticks, domain } = rangeOf(day === null ? values : [...values, day / MONEY_SCALE], limit);
  const summary = `Day P&L now ${pnlText(day)}, highest ${whole(high)}, lowest ${whole(low)} ${currency}`;
  return (
    <div className="pnl">
      <p className="pnl-summary dim" title={summary}>
        {summary} · as the broker reports it · last point at {clockText(data.at(-1)?.at ?? null)}
        {loss === null ? '' : ` · loss limit ${whole(loss)}`}
      </p>
      <div className="pnl-body">
        <Agreement />
        <div className="pnl-chart" role="img" aria-label={summary}>
          <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 140 }}>
            <AreaChart data={data} margin={{ top: 6, right: 30, bottom: 0, left: 0 }} accessibilityLayer={false}>
              <CartesianGrid stroke="#151c25" vertical={false} />
              <XAxis
                dataKey="at"
                type="number"
                scale="time"
                domain={['dataMin', 'dataMax']}
                tickFormatter={axisTime(data)}
                tick={{ fill: '#8290a0', fontSize: 10.5 }}
                tickLine={false}
                axisLine={{ stroke: '#232c38' }}
                minTickGap={48}
                height={20}
              />
              <YAxis
                domain={[...domain]}
                ticks={[...ticks]}
                tickFormatter={whole}
                tick={{ fill: '#8290a0', fontSize: 10.5 }}
                tickLine={false}
                axisLine={false}
                width={64}
              />
              <ReferenceLine y={0} stroke="#41566d" />
              {showsLimit && loss !== null && <ReferenceLine y={loss} stroke="#ff4d4f" strokeDasharray="4 3" />}
              <Area
                type="linear"
                dataKey="value"
                isAnimationActive={false}
                stroke={newest < 0 ? 'var(--down)' : 'var(--up)'}
                fill={newest < 0 ? 'var(--down)' : 'var(--up)'}
                fillOpacity={0.12}
                strokeWidth={1.4}
                dot={false}
              />
            </AreaChart>
          </ResponsiveContainer>
        </div>
      </div>
    </div>
  );
}
