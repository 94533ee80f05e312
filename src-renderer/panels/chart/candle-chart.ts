import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { Bar } from '#domain/bar';
import { priceToNumber } from '#domain/price';
import { newYorkSeconds } from '../../format/time.ts';
import type { ChartLine, ChartMark } from './chart-lines.ts';
import { LineLabels } from './line-labels.ts';

export interface ChartColors {
  readonly up: string;
  readonly down: string;
}

interface Candle {
  readonly time: UTCTimestamp;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

function candle(bar: Bar): Candle {
  return {
    time: newYorkSeconds(bar.at) as UTCTimestamp,
    open: priceToNumber(bar.open),
    high: priceToNumber(bar.high),
    low: priceToNumber(bar.low),
    close: priceToNumber(bar.close),
  };
}

/** lightweight-charts behind the few words this panel needs. Its logo is off because it brings a style element, which the page's policy forbids. */
export class CandleChart {
  readonly #chart: IChartApi;
  readonly #series: ISeriesApi<'Candlestick'>;
  readonly #marks: ISeriesMarkersPluginApi<Time>;
  readonly #labels = new LineLabels();
  #newest = 0;
  #fitted = false;

  constructor(host: HTMLElement, colors: ChartColors, decimals: number) {
    this.#chart = createChart(host, {
      autoSize: true,
      layout: {
        background: { type: ColorType.Solid, color: '#0b0e13' },
        textColor: '#8290a0',
        fontFamily: "Inter, 'Segoe UI', system-ui, sans-serif",
        fontSize: 10.5,
        attributionLogo: false,
      },
      grid: { vertLines: { visible: false }, horzLines: { color: '#151c25' } },
      crosshair: {
        mode: CrosshairMode.Normal,
        vertLine: { color: '#41566d', labelBackgroundColor: '#22303f' },
        horzLine: { color: '#41566d', labelBackgroundColor: '#22303f' },
      },
      rightPriceScale: { borderVisible: false, minimumWidth: 70 },
      timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false, rightOffset: 8, minBarSpacing: 2 },
      localization: { locale: 'en-GB' },
    });
    this.#series = this.#chart.addSeries(CandlestickSeries, {
      upColor: colors.up,
      downColor: colors.down,
      wickUpColor: colors.up,
      wickDownColor: colors.down,
      borderVisible: false,
      priceLineVisible: false,
      priceFormat: { type: 'price', precision: decimals, minMove: 1 / 10 ** decimals },
      autoscaleInfoProvider: (original: () => { priceRange: { minValue: number; maxValue: number } | null } | null) =>
        this.#labels.widen(original()),
    });
    this.#series.attachPrimitive(this.#labels);
    this.#marks = createSeriesMarkers(this.#series, []);
  }

  setBars(bars: readonly Bar[]): void {
    const candles: Candle[] = [];
    for (const bar of bars) {
      const next = candle(bar);
      const last = candles.at(-1);
      // The chart demands rising times; two bars fall together when the clock is set back in autumn.
      if (last === undefined || next.time > last.time) candles.push(next);
    }
    this.#series.setData(candles);
    this.#newest = candles.at(-1)?.time ?? 0;
    if (!this.#fitted && candles.length > 0) {
      this.#fitted = true;
      // Always as many places: a single bar must not fill the panel.
      this.#chart.timeScale().setVisibleLogicalRange({ from: candles.length - 96, to: candles.length + 7 });
    }
  }

  update(bar: Bar): void {
    const next = candle(bar);
    if (next.time < this.#newest) return;
    this.#newest = next.time;
    this.#series.update(next);
  }

  setLines(lines: readonly ChartLine[], last: number | null): void {
    this.#labels.set(lines, last);
  }

  setMarks(marks: readonly ChartMark[]): void {
    this.#marks.setMarkers(
      marks.map((mark) => ({
        time: newYorkSeconds(mark.at) as UTCTimestamp,
        position: mark.below ? ('belowBar' as const) : ('aboveBar' as const),
        shape: mark.below ? ('arrowUp' as const) : ('arrowDown' as const),
        color: mark.color,
        text: mark.text,
        size: 0.8,
      })),
    );
  }

  remove(): void {
    this.#chart.remove();
  }
}
