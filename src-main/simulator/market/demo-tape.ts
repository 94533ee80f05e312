import { dayNumber } from '../calendar/new-york.ts';
import { priceText, quantityText } from '../wire/figure.ts';
import { DEMO_STOCKS, SyntheticSource } from './synthetic.ts';

/** The text of the tape in resources/, of which scripts/make-demo-tape.ts makes the file. */
export function demoTapeText(): string {
  const source = new SyntheticSource({ seed: 20_261_006, stocks: DEMO_STOCKS, day: dayNumber(2026, 10, 6), minutes: 60, days: 1 });
  const lines = ['ts_ms,symbol,field,price,size'];
  for (let tick = source.take(); tick !== undefined; tick = source.take()) {
    lines.push(`${String(tick.at)},${tick.symbol},${tick.field},${priceText(tick.price)},${quantityText(tick.size)}`);
  }
  return `${lines.join('\n')}\n`;
}
