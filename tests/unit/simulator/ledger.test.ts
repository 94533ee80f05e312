import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Price, priceOf, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import { commissionSoFar } from '#simulator/engine/commission';
import { Ledger } from '#simulator/engine/ledger';
import { stock } from '#simulator/model/instrument';

const CASH = 1_000_000_000_000;
const IBM = stock('IBM');

const trade = fc.record({
  side: fc.constantFrom('BUY' as const, 'SELL' as const),
  lots: fc.integer({ min: 1, max: 3000 }),
  cents: fc.integer({ min: 1, max: 90_000 }),
  commission: fc.integer({ min: 0, max: 50_000_000 }),
});

describe('the ledger', () => {
  test('loses and finds no millionth of a dollar, whatever is traded', () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 60 }), (trades) => {
        const ledger = new Ledger(CASH);
        let cash = BigInt(CASH);
        let quantity = 0;
        for (const { side, lots, cents, commission } of trades) {
          ledger.book(IBM, side, units(lots), trustedPrice(cents * 10_000), commission);
          const value = BigInt(cents) * 10_000n * BigInt(lots);
          cash += (side === 'BUY' ? -value : value) - BigInt(commission);
          quantity += side === 'BUY' ? lots : -lots;
        }
        const held = ledger.position(IBM.conId);
        expect(BigInt(ledger.cash)).toBe(cash);
        expect(held?.quantity ?? 0).toBe(units(quantity));
        if (held === undefined) return;
        // Cash and cost of what is held are what there was at first and what was earned.
        expect(ledger.cash + held.costNet).toBe(CASH + held.realizedNet);
        expect(ledger.cash + held.costGross).toBe(CASH + held.realizedGross - held.commission);
        if (quantity === 0) expect([held.costNet, held.costGross]).toEqual([0, 0]);
      }),
      { numRuns: 1000 },
    );
  });

  test('average cost, a partial close and a reversal, by hand', () => {
    const ledger = new Ledger(CASH);
    const at = (dollars: number): Price => priceOf(dollars);
    ledger.book(IBM, 'BUY', units(100), at(10), 1_000_000);
    ledger.book(IBM, 'BUY', units(100), at(12), 1_000_000);
    expect(ledger.book(IBM, 'SELL', units(50), at(13), 1_000_000)).toEqual({ realizedGross: 100_000_000, realizedNet: 98_500_000 });
    expect(ledger.book(IBM, 'SELL', units(300), at(9), 3_000_000)).toEqual({ realizedGross: -300_000_000, realizedNet: -303_000_000 });
    expect(ledger.position(IBM.conId)).toEqual({
      contract: IBM,
      quantity: units(-150),
      costGross: -1_350_000_000,
      costNet: -1_348_500_000,
      realizedGross: -200_000_000,
      realizedNet: -204_500_000,
      commission: 6_000_000,
    });
    expect(ledger.book(IBM, 'BUY', units(150), at(8), 0)).toEqual({ realizedGross: 150_000_000, realizedNet: 148_500_000 });
  });

  test('counts every placement of a reference by its kind', () => {
    const ledger = new Ledger(0);
    for (const kind of ['new', 'modify', 'modify', 'refused'] as const)
      ledger.recordPlacement({ clientId: 1, orderId: 1, orderRef: 'a', kind, at: 0 });
    expect([
      ledger.placementCount('a'),
      ledger.placementCount('a', 'new'),
      ledger.placementCount('a', 'modify'),
      ledger.placementCount('b'),
    ]).toEqual([4, 1, 2, 0]);
  });
});

describe('commission', () => {
  test.each([
    ['STK', 100, 180, 1],
    ['STK', 1000, 180, 5],
    ['STK', 10, 5, 0.5], // one per cent of the value
    ['STK', 5000, 0.2, 10],
    ['OPT', 1, 3, 1],
    ['OPT', 10, 3, 6.5],
    ['STK', 0, 3, 0],
  ])('%s %i @ %d costs %d', (secType, count, price, dollars) => {
    expect(commissionSoFar(secType, units(count), Math.round(count * price * 1_000_000))).toBe(dollars * 1_000_000);
  });

  test('an order in parts costs what it costs in one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 10, max: 50_000 }),
        (parts, cents) => {
          let [quantity, notional, charged] = [0, 0, 0];
          for (const part of parts) {
            quantity += units(part);
            notional += part * cents * 10_000;
            const due = commissionSoFar('STK', quantity, notional) - charged;
            expect(due).toBeGreaterThanOrEqual(0);
            charged += due;
          }
          expect(charged).toBe(commissionSoFar('STK', quantity, notional));
        },
      ),
    );
  });
});
