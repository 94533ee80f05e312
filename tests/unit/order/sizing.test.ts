import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SizingInput, sizeIntent } from '#core/order/sizing';
import type { OrderLeg } from '#domain/order';
import { formatPrice, type Price, trustedPrice, ZERO_PRICE } from '#domain/price';
import type { EntryTerms, ExitLevel, TriggerAction } from '#domain/trigger';
import { detailsOf, DU, quoteOf } from '../../support/core/fixtures.ts';
import { TRIGGER } from '../../support/core/risk.ts';
import { action, IBM, px } from '../../support/core/trigger-fixtures.ts';
import { holds } from '../../support/property.ts';

const QUOTE = quoteOf({ bid: 179.98, ask: 180.02, last: 180.01 });

function size(more: Partial<TriggerAction>, rest: Partial<SizingInput> = {}): readonly OrderLeg[] | string {
  const sized = sizeIntent({
    account: DU,
    triggerId: TRIGGER,
    gen: 1,
    fire: 1,
    action: action(IBM, more),
    details: detailsOf(IBM),
    quote: QUOTE,
    purpose: 'entry',
    origin: 'trigger',
    ...rest,
  });
  return sized.ok ? sized.value.legs : sized.error.text;
}

function prices(more: Partial<TriggerAction>, rest: Partial<SizingInput> = {}): readonly string[] | string {
  const legs = size(more, rest);
  return typeof legs === 'string' ? legs : legs.map(({ limit, stop }) => formatPrice(limit ?? stop ?? ZERO_PRICE));
}

const percent = (basisPoints: number): ExitLevel => ({ kind: 'percent', basisPoints });
const fixed = (price: number): ExitLevel => ({ kind: 'price', price: px(price) });

test('nothing is looser than written: a rounded price lies on the tick, less than one tick from the written one, on the careful side', async () => {
  // The careful side of each price: where it pays no more, or leaves earlier.
  const cases = [
    { side: 'BUY', careful: { limit: -1, entryStop: -1, target: 1, stop: 1 } },
    { side: 'SELL', careful: { limit: 1, entryStop: 1, target: -1, stop: -1 } },
  ] as const;
  await holds(
    'rounding of a firing',
    fc.property(
      fc.constantFrom(...cases),
      fc.constantFrom(0.01, 0.05, 0.25, 0.0005),
      fc.integer({ min: 1, max: 4_999_999 }),
      ({ side, careful }, tick, off) => {
        const written = (price: number): Price => trustedPrice(px(price) + off);
        const limit = written(180);
        const target: ExitLevel = { kind: 'price', price: written(side === 'BUY' ? 190 : 160) };
        const stop: ExitLevel = { kind: 'price', price: written(side === 'BUY' ? 160 : 190) };
        const trigger = written(side === 'BUY' ? 185 : 170);
        const details = detailsOf(IBM, tick);
        const rounded = (terms: Partial<TriggerAction>, at: number): Price => {
          const legs = size({ side, ...terms }, { details });
          if (typeof legs === 'string') throw new Error(legs);
          const leg = legs[at];
          return leg?.limit ?? leg?.stop ?? ZERO_PRICE;
        };
        const judge = (was: Price, is: Price, direction: number): void => {
          expect(is % px(tick)).toBe(0);
          expect(Math.abs(is - was)).toBeLessThan(px(tick));
          expect((is - was) * direction).toBeGreaterThanOrEqual(0);
        };
        const entry: EntryTerms = { type: 'LMT', limit };
        judge(limit, rounded({ entry }, 0), careful.limit);
        judge(target.price, rounded({ entry, target }, 1), careful.target);
        judge(stop.price, rounded({ entry, stop }, 1), careful.stop);
        judge(trigger, rounded({ entry: { type: 'STP', stop: trigger } }, 0), careful.entryStop);
      },
    ),
  );
}, 60_000);

test('an offset is measured from the side of the market that the order meets, that of a stop-limit from its stop', () => {
  const offset = px(0.1);
  expect(prices({ entry: { type: 'LMT', limitOffset: offset } })).toEqual(['180.12']);
  expect(prices({ side: 'SELL', entry: { type: 'LMT', limitOffset: offset } })).toEqual(['180.08']);
  expect(prices({ entry: { type: 'STP LMT', stop: px(185), limitOffset: offset } })).toEqual(['185.10']);
  expect(prices({ entry: { type: 'LMT', limitOffset: offset } }, { quote: quoteOf({ last: 180.01 }) })).toEqual(['180.11']);
  expect(prices({ entry: { type: 'LMT', limitOffset: offset } }, { quote: undefined })).toMatch(/no market to offset/);
});

test('exits in percent lie that far from the entry, on their own sides, above zero and below', () => {
  const entry: EntryTerms = { type: 'LMT', limit: px(200) };
  expect(prices({ entry, target: percent(400), stop: percent(250) })).toEqual(['200.00', '208.00', '195.00']);
  expect(prices({ side: 'SELL', entry, target: percent(400), stop: percent(250) })).toEqual(['200.00', '192.00', '205.00']);
  const below: EntryTerms = { type: 'LMT', limit: px(-40) };
  expect(prices({ entry: below, target: percent(1_000), stop: percent(500) })).toEqual(['-40.00', '-36.00', '-42.00']);
  expect(prices({ side: 'SELL', entry: below, target: percent(1_000), stop: percent(500) })).toEqual(['-40.00', '-44.00', '-38.00']);
});

test('an exit at the price of the entry is none, nor one on its other side; a tick away is', () => {
  const entry: EntryTerms = { type: 'LMT', limit: px(180) };
  expect(prices({ entry, stop: fixed(180) })).toMatch(/stop 180\.00 is not below the entry/);
  expect(prices({ entry, target: fixed(180) })).toMatch(/target 180\.00 is not above the entry/);
  expect(prices({ entry, stop: fixed(179.99), target: fixed(180.01) })).toEqual(['180.00', '180.01', '179.99']);
  expect(prices({ side: 'SELL', entry, stop: fixed(180), target: fixed(179) })).toMatch(/stop 180\.00 is not above/);
});

test('a stop that the market has reached already is refused, a tick beyond it is not', () => {
  expect(prices({ entry: { type: 'STP', stop: px(180.02) } })).toMatch(/not above the market at 180\.02/);
  expect(prices({ entry: { type: 'STP', stop: px(180.03) } })).toEqual(['180.03']);
  expect(prices({ side: 'SELL', entry: { type: 'STP', stop: px(179.98) } })).toMatch(/not below the market at 179\.98/);
  expect(prices({ side: 'SELL', entry: { type: 'STP', stop: px(179.97) } })).toEqual(['179.97']);
});

test('the exits of an entry that lives for a moment live until they are cancelled, in one group', () => {
  const tifs = (tif: TriggerAction['tif']) => {
    const legs = size({ tif, target: fixed(190), stop: fixed(170) });
    return typeof legs === 'string' ? legs : legs.map((leg) => [leg.leg, leg.tif, leg.ocaGroup !== undefined]);
  };
  const exits = (tif: string) => [
    ['T', tif, true],
    ['S', tif, true],
  ];
  expect(tifs('IOC')).toEqual([['E', 'IOC', false], ...exits('GTC')]);
  expect(tifs('DAY')).toEqual([['E', 'DAY', false], ...exits('DAY')]);
  const legs = size({ target: fixed(190), stop: fixed(170) });
  expect(typeof legs !== 'string' && legs[1]?.ocaGroup === legs[2]?.ocaGroup).toBe(true);
  const alone = size({ stop: fixed(170) });
  expect(typeof alone !== 'string' && alone[1]?.ocaGroup).toBe(typeof legs !== 'string' && legs[1]?.ocaGroup);
});
