import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MarketSink } from '#core/ports/market-data';
import { QuoteBoard } from '#core/market/quote-board';
import { judge } from '#core/risk/risk-engine';
import type { Contract, SecType } from '#domain/contract';
import { priceToNumber, type Price, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import { termsFault } from '#domain/trigger-terms';
import { triggerSpec } from '#protocol/inputs';
import { checkOrder } from '#simulator/engine/order-check';
import { stock } from '#simulator/model/instrument';
import type { PlaceOrder } from '#simulator/wire/place-order';
import { tickPrice } from '#tws/market/tick-translation';
import { detailsOf } from '../support/core/fixtures.ts';
import { context, intent, leg } from '../support/core/risk.ts';
import { action, IBM, px, spec } from '../support/core/trigger-fixtures.ts';
import { holds } from '../support/property.ts';

const TYPES = [
  'STK',
  'OPT',
  'FUT',
  'IND',
  'CASH',
  'FOP',
  'CFD',
  'CRYPTO',
  'BOND',
  'BAG',
  'FUND',
  'CMDTY',
  'WAR',
] as const satisfies readonly SecType[];
// A type that is not in the list does not compile.
const ALL_TYPES: Record<SecType, true> = Object.fromEntries(TYPES.map((type) => [type, true])) as Record<(typeof TYPES)[number], true>;

const of = (secType: SecType): Contract => ({ ...IBM, secType, multiplier: 1 });

/** A quote of ten at this price, as TWS writes it, comes through the adapter's translation into the book. */
function isQuoted(contract: Contract, price: Price): boolean {
  const board = new QuoteBoard();
  board.follow(contract);
  const nothing = (): void => undefined;
  const sink: MarketSink = {
    tick: (tick) => void board.onTick(tick),
    info: nothing,
    malformed: () => expect.fail('a price is no malformed figure'),
    baseline: nothing,
    subscriptionFailed: nothing,
    chunkEnd: nothing,
  };
  const text = String(priceToNumber(price));
  tickPrice(sink, contract, 4, Number(text), { tokens: ['1', '6', '1', '4', text, '10', '0'], receivedAt: 1 });
  return board.quote(contract.conId)?.last === price;
}

/** Risk has nothing against the price as one of this contract (C-04); what else it has is not asked. */
function isApprovable(contract: Contract, price: Price): boolean {
  const wish = intent([leg({ limit: price, quantity: units(1) })], { contract });
  const judged = judge(wish, context({ details: detailsOf(contract) }));
  return judged.kind === 'approved' || judged.control !== 'C-04';
}

/** The ticket's and the door's word on a trigger with this price. */
function isTakenAs(contract: Contract, price: Price, as: 'level' | 'limit' | 'stop' | 'target'): boolean {
  const level = as === 'level' ? price : px(100);
  const does = {
    ...(as === 'limit' ? { entry: { type: 'LMT', limit: price } as const } : {}),
    ...(as === 'stop' ? { entry: { type: 'STP', stop: price } as const } : {}),
    ...(as === 'target' ? { target: { kind: 'price', price } as const } : {}),
  };
  const wanted = spec({ kind: 'price', contract, field: 'last', test: 'at-or-above', level }, { action: action(contract, does) });
  return triggerSpec.safeParse(wanted).success && termsFault(wanted) === undefined;
}

/** The simulated exchange takes a limit order at this price for its contract of this type. */
function isTakenByExchange({ secType }: Contract, price: Price): boolean {
  const placed: PlaceOrder = {
    orderId: 1,
    contract: { conId: IBM.conId, symbol: 'IBM', secType, exchange: 'SMART', currency: 'USD', localSymbol: '' },
    action: 'BUY',
    quantity: '1',
    limit: String(priceToNumber(price)),
    aux: undefined,
    trailStop: undefined,
    trailPercent: undefined,
    orderType: 'LMT',
    tif: 'DAY',
    ocaGroup: '',
    ocaType: 0,
    account: '',
    orderRef: '',
    transmit: true,
    parentId: 0,
    triggerMethod: 0,
    outsideRth: false,
    whatIf: false,
  };
  return checkOrder(placed, 1, 'DU1', { ...stock('IBM'), secType }, false).ok;
}

function opinions(contract: Contract, price: Price): Readonly<Record<string, boolean>> {
  return {
    quote: isQuoted(contract, price),
    risk: isApprovable(contract, price),
    level: isTakenAs(contract, price, 'level'),
    limit: isTakenAs(contract, price, 'limit'),
    stop: isTakenAs(contract, price, 'stop'),
    target: isTakenAs(contract, price, 'target'),
    exchange: isTakenByExchange(contract, price),
  };
}

test('quote, risk, ticket, trigger and exchange say the same of every price of every type', async () => {
  const cents = fc.oneof(fc.constantFrom(-100, -1, 0, 1, 100), fc.integer({ min: -20_000, max: 20_000 }));
  await holds(
    'what a type allows is one thing',
    fc.property(fc.constantFrom(...(Object.keys(ALL_TYPES) as SecType[])), cents, (secType, cent) => {
      const said = opinions(of(secType), trustedPrice(cent * 10_000));
      expect(new Set(Object.values(said)).size, `${secType} at ${String(cent / 100)}: ${JSON.stringify(said)}`).toBe(1);
    }),
  );
});

test.each([
  ['FUT', [true, true, true, true]],
  ['BAG', [true, true, true, true]],
  ['FOP', [false, false, false, true]],
  ['OPT', [false, false, false, true]],
  ['STK', [false, false, false, true]],
  ['CASH', [false, false, false, true]],
] as const)('a %s at −37.63, −1, 0 and 37.63', (secType, allowed) => {
  const prices = [-37.63, -1, 0, 37.63].map(px);
  expect(prices.map((price) => opinions(of(secType), price)['quote'])).toEqual(allowed);
  expect(prices.map((price) => opinions(of(secType), price)['risk'])).toEqual(allowed);
});

test.each(['FUT', 'BAG', 'STK'] as const)('0 and −1 without a size say of a %s that there is no price', (secType) => {
  const said: string[] = [];
  const sink = {
    tick: () => said.push('tick'),
    info: (_conId: unknown, { kind }: { readonly kind: string }) => said.push(kind),
  } as unknown as MarketSink;
  for (const price of ['0', '-1'])
    for (const size of ['0', '', '-1'])
      tickPrice(sink, of(secType), 1, Number(price), { tokens: ['1', '6', '1', '1', price, size, '0'], receivedAt: 1 });
  expect(new Set(said)).toEqual(new Set(['no-data']));
});
