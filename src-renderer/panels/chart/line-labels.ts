import type {
  AutoscaleInfo,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
  SeriesAttachedParameter,
} from 'lightweight-charts';
import type { ChartLine } from './chart-lines.ts';

const HEIGHT = 16;
const FONT = "10.5px Inter, 'Segoe UI', system-ui, sans-serif";
/** The candles may shrink to this part of the height for lines, or to a range of this share of the price. A line beyond is out of sight. */
const MOST = 2.4;
const LEAST = 0.008;

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0];

interface Placed {
  readonly line: ChartLine;
  readonly y: number;
  top: number;
}

/** Lines over the whole width with a boxed label at the left, as in the study; labels that would overlap move apart. */
export class LineLabels implements ISeriesPrimitive {
  #lines: readonly ChartLine[] = [];
  #last: number | null = null;
  #attached: SeriesAttachedParameter | undefined;
  readonly #view: IPrimitivePaneView = { zOrder: () => 'top', renderer: () => ({ draw: (target: Target) => this.#draw(target) }) };

  attached(parameter: SeriesAttachedParameter): void {
    this.#attached = parameter;
  }

  detached(): void {
    this.#attached = undefined;
  }

  set(lines: readonly ChartLine[], last: number | null): void {
    this.#lines = lines;
    this.#last = last;
    this.#attached?.requestUpdate();
  }

  updateAllViews(): void {
    // Everything is computed while drawing.
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this.#view];
  }

  priceAxisViews(): readonly ISeriesPrimitiveAxisView[] {
    const series = this.#attached?.series;
    if (series === undefined) return [];
    const height = this.#attached?.chart.paneSize().height ?? 0;
    const wanted = this.#lines.map((line) => ({ price: line.price, color: line.color }));
    if (this.#last !== null) wanted.push({ price: this.#last, color: '#e6edf3' });
    const labels: { readonly y: number; readonly price: number; readonly color: string; top: number }[] = [];
    for (const { price, color } of wanted) {
      const y = series.priceToCoordinate(price);
      if (y !== null && y >= 0 && y <= height) labels.push({ y, price, color, top: y - HEIGHT / 2 });
    }
    spread(labels, height);
    return labels.map((label) => axisLabel(series, label));
  }

  /** Makes room for the lines that are near, as long as the candles keep a good part of the height. */
  widen(info: { priceRange: { minValue: number; maxValue: number } | null } | null): AutoscaleInfo | null {
    const range = info?.priceRange;
    if (range === null || range === undefined) return info;
    const middle = this.#last ?? (range.minValue + range.maxValue) / 2;
    const room = Math.max(MOST * (range.maxValue - range.minValue), LEAST * Math.abs(middle));
    let { minValue, maxValue } = range;
    for (const price of this.#lines.map((line) => line.price).sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))) {
      if (Math.max(maxValue, price) - Math.min(minValue, price) > room) continue;
      minValue = Math.min(minValue, price);
      maxValue = Math.max(maxValue, price);
    }
    return { priceRange: { minValue, maxValue } };
  }

  #draw(target: Target): void {
    const series = this.#attached?.series;
    if (series === undefined) return;
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      const placed: Placed[] = [];
      for (const line of this.#lines) {
        const y = series.priceToCoordinate(line.price);
        if (y !== null && y >= 0 && y <= mediaSize.height) placed.push({ line, y, top: y - HEIGHT / 2 });
      }
      spread(placed, mediaSize.height);
      context.font = FONT;
      context.textBaseline = 'middle';
      for (const { line, y } of placed) {
        context.strokeStyle = line.color;
        context.lineWidth = 1;
        context.setLineDash([...line.dash]);
        context.beginPath();
        context.moveTo(0, Math.round(y) + 0.5);
        context.lineTo(mediaSize.width, Math.round(y) + 0.5);
        context.stroke();
      }
      context.setLineDash([]);
      for (const { line, top } of placed) {
        const width = Math.ceil(context.measureText(line.text).width) + 12;
        context.fillStyle = '#0b0e13';
        context.strokeStyle = line.color;
        context.beginPath();
        context.roundRect(8.5, Math.round(top) + 0.5, width, HEIGHT - 1, 2);
        context.fill();
        context.stroke();
        context.fillStyle = line.color;
        context.fillText(line.text, 14, Math.round(top) + HEIGHT / 2 + 0.5);
      }
    });
  }
}

/** Moves overlapping labels down, then the whole pile up from the bottom edge. */
function spread(placed: { readonly y: number; top: number }[], height: number): void {
  placed.sort((a, b) => a.y - b.y);
  let floor = 0;
  for (const label of placed) {
    label.top = Math.max(label.top, floor);
    floor = label.top + HEIGHT + 1;
  }
  let ceiling = height;
  for (const label of [...placed].reverse()) {
    label.top = Math.min(label.top, ceiling - HEIGHT);
    ceiling = label.top - 1;
  }
}

function axisLabel(
  series: SeriesAttachedParameter['series'],
  label: { readonly price: number; readonly color: string; readonly top: number },
): ISeriesPrimitiveAxisView {
  return {
    coordinate: () => label.top + HEIGHT / 2,
    text: () => series.priceFormatter().format(label.price),
    textColor: () => '#0b0e13',
    backColor: () => label.color,
  };
}
