import type { Order, OrderState } from '@stoqey/ib';
import { OrderType } from '@stoqey/ib';
import { describe, expect, test } from 'vitest';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { lastOpenOrder, type OpenOrder, order, stockContract, story, type TestClient } from '../support/simulator/client.ts';
import { OPEN, type TapeLine } from '../support/simulator/tape.ts';
import { quotedStage, settled, type Stage } from '../support/simulator/stage.ts';

/** What TWS does to orders that a desk must survive, heard by a real client over a real socket. */

const IBM = stockContract('IBM');

let stage: Stage;

async function open(...how: Parameters<typeof quotedStage>): Promise<TestClient> {
  stage = await quotedStage(...how);
  return stage.join(1);
}

function held(): number {
  return (stage.simulator.ledger.positions[0]?.quantity ?? 0) / 10_000;
}

describe('executions that nobody expects', () => {
  test.each([
    { part: 'all' as const, fill: 100, status: 'Filled 100 0' },
    { part: 'half' as const, fill: 50, status: 'Cancelled 50 50' },
    { part: 'over' as const, fill: 200, status: 'Filled 200 0' },
  ])('a cancelled order fills late: $part', async ({ part, fill, status }) => {
    const client = await open();
    stage.faults.lateFillNext(1500, part);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
    client.api.cancelOrder(1);
    await client.when('error', (_: unknown, code: number) => code === 202);
    await stage.later(1500);
    await client.when('commissionReport');
    expect(story(client, 1).slice(4, 9)).toEqual([
      'status PendingCancel 0 100',
      'status Cancelled 0 100',
      'error 202',
      `fill ${String(fill)} @ 179`,
      part === 'half' ? 'open Cancelled' : 'open Filled',
    ]);
    expect([story(client, 1).findLast((word) => word.startsWith('status')), held(), client.decodeErrors]).toEqual([
      `status ${status}`,
      fill,
      [],
    ]);
  });

  test('an expired order does not fill late, only one that a client cancelled', async () => {
    const client = await open();
    stage.faults.lateFillNext(0);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
    await settled(client);
    await stage.simulator.market.advanceTo(OPEN + 24 * 3_600_000);
    expect([stage.simulator.ledger.orders[0]?.completedStatus, stage.simulator.ledger.fills]).toEqual(['Expired', []]);
  });

  test('a correction has the same execution id but for its end, and the books follow it', async () => {
    const client = await open();
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await client.when('commissionReport');
    stage.faults.correct({ price: priceOf(180.5) });
    await settled(client);
    stage.faults.correct({ price: priceOf(180.25), quantity: units(60) });
    await settled(client);
    client.api.reqExecutions(7, {});
    client.api.reqPositions();
    await client.when('positionEnd');
    const told = client.all('execDetails').map(([reqId, , execution]) => {
      const one = execution as { execId?: string; shares?: number; price?: number; cumQty?: number };
      return [reqId, one.execId?.slice(-6), one.shares, one.price, one.cumQty];
    });
    expect(told).toEqual([
      [-1, '.01.01', 100, 180.02, 100],
      [-1, '.01.02', 100, 180.5, 100],
      [-1, '.01.03', 60, 180.25, 60],
      [7, '.01.03', 60, 180.25, 60],
    ]);
    expect(new Set(client.all('execDetails').map(([, , one]) => (one as { execId?: string }).execId?.slice(0, -2))).size).toBe(1);
    const { cash, initialCash, corrections, fills } = stage.simulator.ledger;
    expect([held(), initialCash - cash, corrections.length, fills.map((fill) => fill.execId.slice(-2))]).toEqual([
      60,
      60 * 180_250_000 + 1_000_000,
      2,
      ['03'],
    ]);
    expect(client.all('position').at(-1)?.slice(2)).toEqual([60, 180.26666667]);
  });

  test.each([false, true])('a bust takes the execution back (silent: %s)', async (silent) => {
    const client = await open([], { holdings: [{ symbol: 'IBM', quantity: units(40), averageCost: priceOf(170) }] });
    client.api.reqPositions();
    client.api.placeOrder(1, IBM, order('SELL', 'MKT', 100));
    await client.when('commissionReport');
    expect(held()).toBe(-60);
    stage.faults.bust({ silent });
    await settled(client);
    expect([held(), stage.simulator.ledger.cash, stage.simulator.ledger.fills]).toEqual([40, stage.simulator.ledger.initialCash, []]);
    expect(client.all('position').map((args) => args[2])).toEqual([40, -60, 40]);
    expect(client.all('execDetails').map(([, , one]) => (one as { shares?: number }).shares)).toEqual(silent ? [100] : [100, 0]);
  });

  test('reqExecutions may look back less far than the day', async () => {
    const client = await open();
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await settled(client);
    await stage.later(60_000);
    client.api.placeOrder(2, IBM, order('BUY', 'MKT', 100));
    await settled(client);
    stage.faults.executionsWindow = 30_000;
    client.api.reqExecutions(7, {});
    await client.when('execDetailsEnd');
    expect(
      client
        .all('execDetails')
        .filter((args) => args[0] === 7)
        .map(([, , one]) => (one as { orderId?: number }).orderId),
    ).toEqual([2]);
  });
});

describe('cancels and changes', () => {
  test('a cancel outside hours is answered only at the open, and the order may fill before', async () => {
    const client = await open([['IBM', 'ask', '178.90', 30, OPEN + 18 * 3_600_000]]);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179, outsideRth: true, tif: 'GTC' as never }));
    await settled(client);
    await stage.simulator.market.advanceTo(OPEN + 7 * 3_600_000); // 16:30
    stage.faults.holdCancelsUntil('open');
    client.api.cancelOrder(1);
    client.api.cancelOrder(1);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 178, outsideRth: true, tif: 'GTC' as never }));
    await client.when('error', (_: unknown, code: number) => code === 2102);
    await stage.simulator.market.advanceTo(OPEN + 24 * 3_600_000 - 1);
    await settled(client);
    expect(story(client, 1).slice(4)).toEqual([
      'status PendingCancel 0 100',
      'error 161',
      'error 2102',
      'fill 30 @ 178.9',
      'open PendingCancel',
      'status PendingCancel 30 70',
    ]);
    await stage.later(1);
    await settled(client);
    expect(story(client, 1).slice(10)).toEqual(['status Cancelled 30 70', 'error 202']);
  });

  test.each([
    { what: 'modify' as const, code: 104 },
    { what: 'modify' as const, code: 105 },
    { what: 'modify' as const, code: 110 },
    { what: 'modify' as const, code: 2102 },
    { what: 'cancel' as const, code: 161 },
    { what: 'cancel' as const, code: 10_147 },
    { what: 'cancel' as const, code: 10_148 },
  ])('a $what refused with $code leaves the order as it is', async ({ what, code }) => {
    const client = await open();
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
    stage.faults.refuseNext(what, code);
    const act = (): void => {
      if (what === 'cancel') client.api.cancelOrder(1);
      else client.api.placeOrder(1, IBM, order('BUY', 'LMT', 200, { lmtPrice: 178 }));
    };
    act();
    await client.when('error', (_: unknown, heard: number) => heard === code);
    const [truth] = stage.simulator.ledger.orders;
    expect([truth?.status, truth?.limit, truth?.quantity]).toEqual(['Submitted', 179_000_000, units(100)]);
    act();
    await settled(client);
    expect(story(client, 1).slice(4)).toEqual([
      `error ${String(code)}`,
      ...(what === 'cancel'
        ? ['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202']
        : ['open Submitted', 'status Submitted 0 200']),
    ]);
  });

  test.each([200, 203, 349, 387, 460])('a new order refused with %s alone never was', async (code) => {
    const client = await open();
    stage.faults.refuseNext('new', code);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
    await client.when('error');
    expect([story(client, 1), stage.simulator.ledger.orders, stage.simulator.ledger.placements[0]?.kind]).toEqual([
      [`error ${String(code)}`],
      [],
      'refused',
    ]);
  });

  test('a symbol that the account may not trade: 203', async () => {
    const client = await open();
    stage.faults.forbid('IBM', true);
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await client.when('error', (_: unknown, code: number) => code === 203);
    stage.faults.forbid('IBM', false);
    client.api.placeOrder(2, IBM, order('BUY', 'MKT', 100));
    await client.when('commissionReport');
    expect([story(client, 1), held()]).toEqual([['error 203'], 100]);
  });
});

describe('orders that wait', () => {
  test('a short sale without shares is held (404, whyHeld locate) until they are found; a sale of what is held is not', async () => {
    const client = await open([], { holdings: [{ symbol: 'IBM', quantity: units(50), averageCost: priceOf(170) }] });
    stage.faults.hardToBorrow('IBM', true);
    client.api.placeOrder(1, IBM, order('SELL', 'MKT', 50));
    client.api.placeOrder(2, IBM, order('SELL', 'MKT', 100));
    await client.when('error', (_: unknown, code: number) => code === 404);
    await settled(client);
    expect([held(), story(client, 2), client.all('orderStatus').at(-1)?.[9]]).toEqual([
      0,
      ['open PreSubmitted', 'status PreSubmitted 0 100', 'error 404'],
      'locate',
    ]);
    stage.faults.hardToBorrow('IBM', false);
    await settled(client);
    expect([held(), client.all('orderStatus').at(-1)?.[9]]).toEqual([-100, '']);
  });

  test('an order that waits for a person is Inactive, listed, and lives on when it is confirmed or cancelled', async () => {
    const client = await open();
    stage.faults.parkNext();
    stage.faults.parkNext();
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    client.api.placeOrder(2, IBM, order('BUY', 'MKT', 100));
    client.api.reqAllOpenOrders();
    await client.when('openOrderEnd');
    const waits = ['open Inactive', 'status Inactive 0 100'];
    expect([story(client, 1), story(client, 2)]).toEqual([
      [...waits, ...waits],
      [...waits, ...waits],
    ]);
    expect(stage.simulator.manual.confirm({ permId: stage.simulator.ledger.orders[0]?.permId ?? 0 })).toBe(true);
    client.api.cancelOrder(2);
    await settled(client);
    expect([story(client, 1).slice(4), story(client, 2).slice(4)]).toEqual([
      ['fill 100 @ 180.02', 'open Filled', 'status Filled 100 0', 'open Filled 1'],
      ['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202'],
    ]);
  });

  test('a DAY order expires at the close: Cancelled without 202, completed as expired', async () => {
    const client = await open();
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
    await settled(client);
    await stage.simulator.market.advanceTo(OPEN + 6.5 * 3_600_000);
    client.api.reqCompletedOrders(false);
    await client.when('completedOrdersEnd');
    const [, , state] = (client.all('completedOrder')[0] ?? []) as unknown as readonly [unknown, unknown, OrderState];
    expect([story(client, 1).slice(4), state.status, state.completedStatus]).toEqual([
      ['open Cancelled', 'status Cancelled 0 100'],
      'Cancelled',
      'Expired',
    ]);
  });

  test('a preset of TWS overrules the time in force: 10349, and the order lives', async () => {
    const client = await open();
    stage.faults.tifPreset = 'DAY';
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179, tif: 'GTC' as never }));
    client.api.placeOrder(2, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
    await settled(client);
    const lives = ['open PreSubmitted', 'status PreSubmitted 0 100', 'open Submitted', 'status Submitted 0 100'];
    expect([story(client, 1), story(client, 2), stage.simulator.ledger.orders.map((one) => one.tif)]).toEqual([
      ['error 10349', ...lives],
      lives,
      ['DAY', 'DAY'],
    ]);
  });

  test('fill or kill: all at once, or nothing', async () => {
    const client = await open();
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 400, { lmtPrice: 181, tif: 'FOK' as never }));
    client.api.placeOrder(2, IBM, order('BUY', 'LMT', 300, { lmtPrice: 181, tif: 'FOK' as never }));
    await settled(client);
    expect([story(client, 1).slice(-2), story(client, 2).at(-1)]).toEqual([['status Cancelled 0 400', 'error 202'], 'open Filled 1.5']);
  });
});

describe('trailing stops', () => {
  const down: readonly TapeLine[] = [
    ['IBM', 'last', '181.00', 100],
    ['IBM', 'last', '180.60', 100],
    ['IBM', 'last', '180.51', 100],
    ['IBM', 'bid', '180.45', 300],
    ['IBM', 'last', '180.50', 100],
  ];
  const trailing = (more: Partial<Order>): Order => ({ ...order('SELL', 'MKT', 100), orderType: OrderType.TRAIL, ...more });

  test.each([177, 178, 193])('follow the market and never go back; shown with amount and stop in version %i', async (serverVersion) => {
    const client = await open(down, { serverVersion });
    client.api.placeOrder(1, IBM, trailing({ auxPrice: 0.5 }));
    await settled(client);
    const [, , first, state] = lastOpenOrder(client);
    expect([first.orderType, first.auxPrice, first.trailStopPrice, state.status]).toEqual(['TRAIL', 0.5, 179.51, 'PreSubmitted']);
    await stage.simulator.market.step(3);
    client.api.reqOpenOrders();
    await settled(client);
    expect([lastOpenOrder(client)[2].trailStopPrice, stage.simulator.ledger.fills.length]).toEqual([180.5, 0]);
    await stage.simulator.market.step(2);
    client.api.reqCompletedOrders(false);
    await client.when('completedOrdersEnd');
    expect([story(client, 1).filter((word) => word.startsWith('fill')), client.decodeErrors]).toEqual([['fill 100 @ 180.45'], []]);
    const [, completed] = (client.all('completedOrder')[0] ?? []) as unknown as readonly [unknown, Order];
    expect([completed.orderType, completed.auxPrice, completed.trailStopPrice]).toEqual(['TRAIL', 0.5, 180.5]);
  });

  test('by a percentage, from a stop that is given, bought as well as sold', async () => {
    const client = await open([
      ['IBM', 'last', '180.20', 100],
      ['IBM', 'last', '176.00', 100],
    ]);
    client.api.placeOrder(1, IBM, trailing({ trailingPercent: 1, trailStopPrice: 178.5 }));
    client.api.placeOrder(2, IBM, { ...trailing({ trailingPercent: 2.5 }), action: 'BUY' as never });
    await settled(client);
    const shown = (orderId: number): unknown[] => {
      const [, , one] = client.all('openOrder').findLast((args) => args[0] === orderId) as unknown as OpenOrder;
      return [one.trailingPercent, one.trailStopPrice];
    };
    expect([shown(1), shown(2)]).toEqual([
      [1, 178.5],
      [2.5, 184.52],
    ]);
    await stage.simulator.market.step(1);
    client.api.reqOpenOrders();
    await settled(client);
    expect([shown(1), shown(2)]).toEqual([
      [1, 178.5],
      [2.5, 184.52],
    ]);
    await stage.simulator.market.step(1);
    await settled(client);
    expect(stage.simulator.ledger.orders.map((one) => [one.status, one.stop])).toEqual([
      ['Filled', 178_500_000],
      ['PreSubmitted', 180_400_000],
    ]);
  });

  test('are changed to another distance, and refused without any', async () => {
    const client = await open();
    client.api.placeOrder(1, IBM, trailing({ auxPrice: 0.5 }));
    client.api.placeOrder(1, IBM, trailing({ auxPrice: 0.2 }));
    client.api.placeOrder(2, IBM, trailing({}));
    client.api.placeOrder(3, IBM, trailing({ auxPrice: 0.505 }));
    await settled(client);
    const [, , changed] = lastOpenOrder(client);
    expect([changed.auxPrice, changed.trailStopPrice, story(client, 2), story(client, 3)]).toEqual([
      0.2,
      179.81,
      ['error 321'],
      ['error 110'],
    ]);
  });
});
