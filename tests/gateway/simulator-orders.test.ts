import { type Order, OrderType, TimeInForce } from '@stoqey/ib';
import { describe, expect, test } from 'vitest';
import { order, stockContract, story, type TestClient } from '../support/simulator/client.ts';
import { quotedStage, settled, type Stage } from '../support/simulator/stage.ts';

let stage: Stage;
let client: TestClient;

async function open(...how: Parameters<typeof quotedStage>): Promise<void> {
  stage = await quotedStage(...how);
  client = await stage.join(2);
}

async function place(id: number, what: Order, symbol = 'IBM'): Promise<void> {
  client.api.placeOrder(id, stockContract(symbol), what);
  await settled(client);
}

async function cancel(id: number): Promise<void> {
  client.api.cancelOrder(id);
  await settled(client);
}

describe('what becomes of an order', () => {
  test('a market order is acknowledged, filled, and charged', async () => {
    await open();
    await place(1, order('BUY', 'MKT', 100, { orderRef: 'x' }));
    expect(story(client, 1)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 100',
      'fill 100 @ 180.02',
      'open Filled',
      'status Filled 100 0',
      'open Filled 1',
    ]);
    expect(client.all('commissionReport')).toEqual([
      [
        {
          execId: '0000e0d5.65000001.01.01',
          commission: 1,
          currency: 'USD',
          realizedPNL: undefined,
          yield: undefined,
          yieldRedemptionDate: 0,
        },
      ],
    ]);
    expect(stage.simulator.ledger.position(8314)).toMatchObject({
      quantity: 1_000_000,
      costGross: 18_002_000_000,
      costNet: 18_003_000_000,
    });
  });

  test('what is shown is all there is: the rest waits for the next quotes', async () => {
    await open([
      ['IBM', 'ask', '180.05', 200],
      ['IBM', 'bid', '180.01', 900],
      ['IBM', 'ask', '180.05', 400],
    ]);
    await place(1, order('BUY', 'MKT', 800));
    await place(2, order('BUY', 'MKT', 100));
    await stage.step(3);
    expect(story(client, 1)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 800',
      'fill 300 @ 180.02',
      'open Submitted',
      'status Submitted 300 500',
      'fill 200 @ 180.05',
      'open Submitted',
      'status Submitted 500 300',
      'fill 300 @ 180.05',
      'open Filled',
      'status Filled 800 0',
      'open Filled 4',
    ]);
    expect(story(client, 2)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 100',
      'open Submitted',
      'status Submitted 0 100',
      'fill 100 @ 180.05',
      'open Filled',
      'status Filled 100 0',
      'open Filled 1',
    ]);
  });

  test('a limit order rests, is filled at the quote that reaches it, and not before', async () => {
    await open([
      ['IBM', 'ask', '180.01', 500],
      ['IBM', 'ask', '179.99', 500],
    ]);
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 180 }));
    await stage.step(1);
    expect(story(client, 1)).toEqual(['open PreSubmitted', 'status PreSubmitted 0 100', 'open Submitted', 'status Submitted 0 100']);
    await stage.step(1);
    expect(story(client, 1).slice(4)).toEqual(['fill 100 @ 179.99', 'open Filled', 'status Filled 100 0', 'open Filled 1']);
  });

  test('a stop sleeps until a trade reaches it, then takes the market', async () => {
    await open([
      ['IBM', 'bid', '178.90', 300],
      ['IBM', 'last', '179.01', 100],
      ['IBM', 'last', '179.00', 100],
    ]);
    await place(1, order('SELL', 'STP', 100, { auxPrice: 179 }));
    await stage.step(2);
    expect(story(client, 1)).toEqual(['open PreSubmitted', 'status PreSubmitted 0 100']);
    expect(client.all('orderStatus').at(-1)?.[9]).toBe('trigger');
    await stage.step(1);
    expect(story(client, 1).slice(2)).toEqual([
      'open Submitted',
      'status Submitted 0 100',
      'fill 100 @ 178.9',
      'open Filled',
      'status Filled 100 0',
      'open Filled 1',
    ]);
  });

  test('a stop limit sleeps, wakes, and then rests at its limit', async () => {
    await open([
      ['IBM', 'last', '179.00', 100],
      ['IBM', 'bid', '178.94', 300],
      ['IBM', 'bid', '178.96', 300],
    ]);
    await place(1, order('SELL', 'STP LMT', 100, { auxPrice: 179, lmtPrice: 178.95 }));
    await place(2, order('SELL', 'MKT', 300));
    await stage.step(2);
    expect(story(client, 1)).toEqual(['open PreSubmitted', 'status PreSubmitted 0 100', 'open Submitted', 'status Submitted 0 100']);
    await stage.step(1);
    expect(story(client, 1).slice(4)).toEqual(['fill 100 @ 178.96', 'open Filled', 'status Filled 100 0', 'open Filled 1']);
  });

  test('an immediate-or-cancel order takes what is there and gives up the rest', async () => {
    await open();
    await place(1, order('BUY', 'LMT', 500, { lmtPrice: 180.02, tif: TimeInForce.IOC }));
    expect(story(client, 1)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 500',
      'fill 300 @ 180.02',
      'open Submitted',
      'status Submitted 300 200',
      'status Cancelled 300 200',
      'error 202',
    ]);
  });

  test('a what-if order shows margins and rests nowhere', async () => {
    await open();
    await place(1, order('BUY', 'LMT', 1000, { lmtPrice: 180, whatIf: true }));
    const [, , , state] = client.all('openOrder')[0] ?? [];
    expect(state).toMatchObject({
      status: 'PreSubmitted',
      initMarginBefore: 0,
      initMarginAfter: 45_000,
      initMarginChange: 45_000,
      equityWithLoanAfter: 999_995,
      commission: 5,
      commissionCurrency: 'USD',
    });
    expect([story(client, 1), stage.simulator.ledger.orders]).toEqual([['open PreSubmitted 5'], []]);
    await place(2, order('BUY', 'MKT', 1, { whatIf: true }), 'NONE');
    expect(story(client, 2)).toEqual(['error 321']);
  });
});

describe('cancelling', () => {
  test('PendingCancel, Cancelled, 202; then there is nothing to cancel any more', async () => {
    await open();
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await cancel(1);
    await cancel(1);
    await cancel(99);
    await place(2, order('BUY', 'MKT', 100));
    await cancel(2);
    expect(story(client, 1).slice(4)).toEqual(['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202', 'error 10148']);
    expect([story(client, 99), story(client, 2).at(-1)]).toEqual([['error 10147'], 'error 10148']);
    const texts = client.all('error').map((args) => (args[0] as Error).message);
    expect(texts).toEqual([
      'Order Canceled - reason:',
      'OrderId 1 that needs to be cancelled cannot be cancelled, state: Cancelled.',
      'OrderId 99 that needs to be cancelled is not found.',
      'OrderId 2 that needs to be cancelled cannot be cancelled, state: Filled.',
    ]);
  });

  test('an order may fill while its cancel is pending, a second cancel is refused with 161', async () => {
    await open([
      ['IBM', 'ask', '170.00', 40],
      ['IBM', 'ask', '169.00', 60],
    ]);
    stage.simulator.faults.holdCancels();
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await cancel(1);
    await cancel(1);
    await stage.step(1);
    expect(story(client, 1).slice(4)).toEqual([
      'status PendingCancel 0 100',
      'error 161',
      'fill 40 @ 170',
      'open PendingCancel',
      'status PendingCancel 40 60',
    ]);
    await stage.step(1);
    stage.simulator.faults.releaseCancels();
    expect(story(client, 1).slice(9)).toEqual(['fill 60 @ 169', 'open Filled', 'status Filled 100 0', 'open Filled 1']);
  });

  test('a global cancel ends everything of everybody, each owner hears of its own', async () => {
    await open();
    const other = await stage.join(3);
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await place(2, order('SELL', 'LMT', 100, { lmtPrice: 190 }));
    other.api.placeOrder(1, stockContract('IBM'), order('BUY', 'LMT', 100, { lmtPrice: 171 }));
    await settled(other);
    other.api.cancelOrder(2); // not its own
    other.api.reqGlobalCancel();
    await settled(other);
    await settled(client);
    expect([story(client, 1).slice(4), story(client, 2).slice(4), story(other, 1).slice(4), story(other, 2)]).toEqual([
      ['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202'],
      ['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202'],
      ['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202'],
      ['error 10147'],
    ]);
    await other.close();
  });
});

describe('modifying', () => {
  test('price and size change under the same id and the order trades on them', async () => {
    await open();
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await place(1, order('BUY', 'LMT', 200, { lmtPrice: 180.02 }));
    expect(story(client, 1).slice(4)).toEqual([
      'open Submitted',
      'status Submitted 0 200',
      'fill 200 @ 180.02',
      'open Filled',
      'status Filled 200 0',
      'open Filled 1',
    ]);
    expect(stage.simulator.ledger.orders.map((one) => one.quantity)).toEqual([2_000_000]);
    expect(stage.simulator.ledger.placements.map((one) => one.kind)).toEqual(['new', 'modify']);
  });

  test('a change that is refused leaves the order as it was', async () => {
    await open();
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 170.005 }));
    await place(1, order('SELL', 'LMT', 100, { lmtPrice: 170 }));
    await place(1, order('BUY', 'STP', 100, { auxPrice: 190 }));
    expect(story(client, 1).slice(4)).toEqual(['error 110', 'error 105', 'error 105']);
    expect(stage.simulator.ledger.orders).toMatchObject([{ status: 'Submitted', limit: 170_000_000, action: 'BUY' }]);
  });

  test('filled orders cannot be modified, used ids cannot be used again', async () => {
    await open();
    await place(5, order('BUY', 'MKT', 100));
    await place(5, order('BUY', 'MKT', 100));
    await place(4, order('BUY', 'MKT', 100));
    await place(6, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await cancel(6);
    await place(6, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    expect([story(client, 5).at(-1), story(client, 4), story(client, 6).at(-1)]).toEqual(['error 104', ['error 103'], 'error 103']);
    client.api.reqIds();
    await client.when('nextValidId', (id: number) => id === 7);
  });
});

describe('refusals', () => {
  const bad: readonly { readonly name: string; readonly code: number; readonly wrong: Partial<Order>; readonly symbol?: string }[] = [
    { name: 'a contract that does not exist', code: 200, wrong: {}, symbol: 'NONE' },
    { name: 'a price off its tick', code: 110, wrong: { lmtPrice: 170.001 } },
    { name: 'a price of zero', code: 321, wrong: { lmtPrice: 0 } },
    { name: 'no price', code: 321, wrong: { lmtPrice: Number.MAX_VALUE } },
    { name: 'size zero', code: 434, wrong: { totalQuantity: 0 } },
    { name: 'a negative size', code: 321, wrong: { totalQuantity: -5 } },
    { name: 'a part of a share', code: 10243, wrong: { totalQuantity: 1.5 } },
    { name: 'NaN for a size', code: 320, wrong: { totalQuantity: NaN } },
    { name: 'a strange order type', code: 387, wrong: { orderType: OrderType.MOC } },
    { name: 'a strange time in force', code: 321, wrong: { tif: TimeInForce.GTD } },
    { name: 'a foreign account', code: 321, wrong: { account: 'DU9999999' } },
    { name: 'a parent that does not exist', code: 10006, wrong: { parentId: 77 } },
  ];
  test.each(bad)('$name is refused with $code and nothing comes of it', async ({ code, wrong, symbol }) => {
    await open();
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 170, ...wrong }), symbol);
    expect([story(client, 1), stage.simulator.ledger.orders]).toEqual([[`error ${String(code)}`], []]);
    await place(2, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    expect(story(client, 2).at(-1)).toBe('status Submitted 0 100');
  });

  test('more than the account can carry is rejected: 201 first, then Inactive', async () => {
    await open();
    await place(1, order('BUY', 'LMT', 30_000, { lmtPrice: 180 }));
    expect(story(client, 1)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 30000',
      'error 201',
      'open Inactive',
      'status Inactive 0 30000',
    ]);
  });

  test('fields that hide in a reference are read as fields and break nothing', async () => {
    await open();
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 170, orderRef: 'a\0b\0c' }));
    await place(2, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    expect(story(client, 2).at(-1)).toBe('status Submitted 0 100');
  });
});

describe('sessions', () => {
  const EVENING = Date.UTC(2026, 9, 6, 21); // 17:00 New York

  test('an order for regular hours waits with a warning; one for all hours trades', async () => {
    const morning = Date.UTC(2026, 9, 7, 13, 30);
    await open(
      [
        ['IBM', 'bid', '180.01', 300, morning - 1],
        ['IBM', 'ask', '180.02', 300, morning],
        ['IBM', 'ask', '180.02', 300, morning + 1000],
      ],
      {},
      EVENING,
    );
    await place(1, order('BUY', 'LMT', 100, { lmtPrice: 180.02 }));
    await place(2, order('BUY', 'LMT', 100, { lmtPrice: 180.02, outsideRth: true }));
    await place(3, order('BUY', 'MKT', 100, { outsideRth: true }));
    expect([story(client, 1), story(client, 2).at(-1), story(client, 3)]).toEqual([
      ['open PreSubmitted', 'status PreSubmitted 0 100', 'error 399'],
      'open Filled 1',
      ['error 2109', 'open PreSubmitted', 'status PreSubmitted 0 100', 'error 399'],
    ]);
    await stage.step(1);
    expect(story(client, 1).length).toBe(3);
    await stage.step(1);
    expect([story(client, 1).slice(3), story(client, 3).slice(4, 7)]).toEqual([
      ['fill 100 @ 180.02', 'open Filled', 'status Filled 100 0', 'open Filled 1'],
      ['fill 100 @ 180.02', 'open Filled', 'status Filled 100 0'],
    ]);
  });

  test('DAY orders die at the close, all-hours ones at eight, GTC ones live on and sleep outside their session', async () => {
    const before = Date.UTC(2026, 9, 6, 19, 59, 59);
    const eight = Date.UTC(2026, 9, 7, 0);
    const morning = Date.UTC(2026, 9, 7, 13, 30);
    await open(
      [
        ['IBM', 'bid', '180.00', 300, before + 1000],
        ['IBM', 'ask', '169.00', 100, before + 2000],
        ['IBM', 'ask', '180.00', 300, eight - 1],
        ['IBM', 'bid', '179.00', 300, eight],
        ['IBM', 'ask', '169.50', 300, morning + 1],
      ],
      {},
      before,
    );
    await place(1, order('BUY', 'LMT', 200, { lmtPrice: 170 }));
    await place(2, order('BUY', 'LMT', 200, { lmtPrice: 170, tif: TimeInForce.GTC }));
    await place(3, order('BUY', 'LMT', 200, { lmtPrice: 170, outsideRth: true }));
    await stage.step(1);
    expect([1, 2, 3].map((id) => story(client, id).slice(4))).toEqual([['open Cancelled', 'status Cancelled 0 200'], [], []]);
    await stage.step(2);
    expect([story(client, 2).length, story(client, 3).slice(4)]).toEqual([
      4,
      ['fill 100 @ 169', 'open Submitted', 'status Submitted 100 100'],
    ]);
    await stage.step(1);
    expect(story(client, 3).slice(7)).toEqual(['open Cancelled', 'status Cancelled 100 100']);
    await stage.step(1);
    expect(story(client, 2).slice(4)).toEqual(['fill 200 @ 169.5', 'open Filled', 'status Filled 200 0', 'open Filled 1']);
    expect(stage.simulator.ledger.orders.map((one) => one.completedStatus)).toEqual(['Expired', 'Filled Size: 200', 'Expired']);
  });
});
