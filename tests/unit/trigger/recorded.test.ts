import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { FIELD_NAMES } from '#core/market/quote-book';
import type { PriceTest } from '#domain/condition';
import type { QuoteField, Tick } from '#domain/quote';
import { desk, IBM, id, price, px, spec } from '../../support/core/trigger-fixtures.ts';

const FILE = new URL('../../../../shared/market-data/ticks-IBM-2013-10-08.csv.gz', import.meta.url);
const present = existsSync(FILE);

interface Row {
  readonly at: number;
  readonly field: 'bid' | 'ask' | 'last';
  readonly cents: number;
}

function tape(): readonly Row[] {
  const [, ...lines] = gunzipSync(readFileSync(FILE)).toString('utf8').trim().split('\n');
  return lines.map((line) => {
    const [at, field, value] = line.split(',');
    return { at: Number(at), field: field as Row['field'], cents: Math.round(Number(value) * 10_000) };
  });
}

interface Sides {
  bid?: number;
  ask?: number;
}

/** What the row tells of the field, doubled; undefined when it tells nothing. */
function doubled(row: Row, field: QuoteField, { bid, ask }: Sides): number | undefined {
  if (field === row.field) return row.cents * 2;
  return field === 'mid' && row.field !== 'last' && bid !== undefined && ask !== undefined ? bid + ask : undefined;
}

function isUncrossed({ bid, ask }: Sides): boolean {
  return bid === undefined || ask === undefined || bid < ask;
}

/**
 * The first row at which the test is satisfied on an uncrossed quote, from the rows alone: prices in 1/10 000, mid doubled, so that
 * everything is whole. A crossing needs an earlier price strictly on the near side; while the market is crossed or locked it waits,
 * and is forgotten when the price goes back.
 */
function firstRow(rows: readonly Row[], field: QuoteField, kind: PriceTest, level: number): number {
  const sides: Sides = {};
  let near = false;
  let pending = false;
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i]!;
    if (row.field !== 'last') sides[row.field] = row.cents;
    const seen = doubled(row, field, sides);
    if (seen !== undefined) {
      const beyond = kind.endsWith('above') ? seen >= level * 2 : seen <= level * 2;
      if (!beyond) {
        near = true;
        pending = false;
      } else if (near || kind.startsWith('at')) {
        near = false;
        pending = true;
      }
    }
    if (pending && isUncrossed(sides)) return i;
  }
  return -1;
}

test.skipIf(!present)(
  `each trigger fires at exactly the first satisfying tick of the IBM tape, once${present ? '' : ' — skipped: ../shared/market-data is not here'}`,
  () => {
    const rows = tape();
    const first = rows.findIndex((row) => row.field === 'last');
    const around = Math.round(rows[first]!.cents / 100);
    const on = desk(rows[0]!.at, 2_000);
    const expected = new Map<string, number>();
    let serial = 0;
    for (const field of FIELD_NAMES) {
      for (const kind of ['crosses-above', 'crosses-below', 'at-or-above', 'at-or-below'] as const) {
        // Every 17 cents, six dollars to either side: through the day's range and beyond it.
        for (let cents = around - 600; cents <= around + 600; cents += 17) {
          serial += 1;
          const key = id(String(serial));
          expected.set(key, firstRow(rows, field, kind, cents * 100));
          const armed = on.registry.arm({ id: key, gen: 1, spec: spec(price(IBM, field, kind, cents / 100), { name: key }) });
          expect(armed.ok).toBe(true);
        }
      }
    }
    const fired = new Map<string, number>();
    rows.forEach((row, i) => {
      on.clock.time = row.at;
      const tick: Tick = { conId: IBM.conId, field: row.field, price: px(row.cents / 10_000), at: row.at };
      on.registry.onTick(tick);
      for (const firing of on.registry.drain()) {
        expect(fired.has(firing.triggerId)).toBe(false);
        expect(firing.tick.at).toBe(row.at);
        fired.set(firing.triggerId, i);
      }
    });
    expect(fired.size).toBeGreaterThan(150);
    expect(Object.fromEntries([...expected].map(([key]) => [key, fired.get(key) ?? -1]))).toEqual(Object.fromEntries(expected));
    expect(on.registry.size).toBe(serial - fired.size);
  },
);
