import { expect, test } from 'vitest';
import type { RiskContext } from '#core/risk/risk-context';
import { judge } from '#core/risk/risk-engine';
import type { Contract } from '#domain/contract';
import type { OrderIntent } from '#domain/order';
import { units } from '#domain/quantity';
import { detailsOf, quoteOf, rulesOf } from '../../support/core/fixtures.ts';
import { context, intent, leg, marketLeg } from '../../support/core/risk.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

function verdict(wish: OrderIntent, more: Partial<RiskContext>): string {
  const judged = judge(wish, context(more));
  return judged.kind === 'approved' ? 'approved' : judged.control;
}

/** A buying stop-limit of IBM at 179.99 / 180.01. */
function stopLimit(stop: number, limit: number): OrderIntent {
  return intent([leg({ type: 'STP LMT', stop: px(stop), limit: px(limit), quantity: units(10) })]);
}

test('C-03 measures the limit of a stop-limit order, which is what it may pay, and not the stop that wakes it', () => {
  const three = { rules: rulesOf({ collarPercent: 3, collarTicks: 100_000 }) };
  expect([
    verdict(stopLimit(181, 185.4), three),
    verdict(stopLimit(181, 185.41), three),
    verdict(stopLimit(181, 280), three),
    // The stop is further away than the collar; what may be paid is not.
    verdict(stopLimit(190, 185.4), three),
  ]).toEqual(['approved', 'C-03', 'C-03', 'approved']);
});

test('C-03 measures a stop order without a limit by its stop', () => {
  const rules = { rules: rulesOf({ collarPercent: 3 }) };
  const stop = (level: number): OrderIntent => intent([marketLeg({ type: 'STP', stop: px(level), quantity: units(10) })]);
  expect([verdict(stop(185.4), rules), verdict(stop(185.41), rules)]).toEqual(['approved', 'C-03']);
});

test.each([
  // Ten ticks of a quarter are 2.50.
  [0.25, [2.5, 'approved'], [2.75, 'C-03']],
  // Ten ticks of a hundredth of a cent are a tenth of a cent.
  [0.0001, [0.001, 'approved'], [0.0011, 'C-03']],
  [0.01, [0.1, 'approved'], [0.11, 'C-03']],
] as const)('C-03 counts in ticks of the contract, not in cents: ten ticks of %f', (tick, inside, beyond) => {
  const contract: Contract = { ...IBM, secType: 'FUT', expiry: '201312' };
  const more = {
    details: detailsOf(contract, tick),
    quote: quoteOf({ bid: 1_800 - tick, ask: 1_800 + tick, last: 1_800 }),
    rules: rulesOf({ collarPercent: 50, collarTicks: 10, maxOrderNotional: 1_000_000, maxPositionContracts: 100 }),
  };
  const away = (distance: number): string =>
    verdict(intent([leg({ quantity: units(1), limit: px(1_800 + distance) })], { contract }), more);
  expect([away(inside[0]), away(beyond[0])]).toEqual([inside[1], beyond[1]]);
});
