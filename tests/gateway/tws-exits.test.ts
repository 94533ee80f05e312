import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OrderIntent, OrderLeg } from '#domain/order';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { approve, bracket, freshRef, intent, leg } from '../support/tws/approved.ts';
import { MemoryHighWater, TwsDesk } from '../support/tws/desk.ts';
import { simulatorOn, type TapeLine, type TapeRun } from '../support/simulator/tape.ts';
import { QUOTE } from '../support/simulator/stage.ts';

/** Exits of brackets over real sockets: they can be changed after anything, and of two of one group never both close the position. */

const IBM_CON_ID = 8314;

let run: TapeRun;
let ids: MemoryHighWater;
let desks: TwsDesk[];

beforeEach(() => {
  ids = new MemoryHighWater();
  desks = [];
});

afterEach(async () => {
  for (const desk of desks) await desk.stop();
  await run.stop();
});

async function life(): Promise<TwsDesk> {
  const desk = await new TwsDesk(run.simulator.port, undefined, {}, ids).ready();
  desks.push(desk);
  return desk;
}

async function quoted(lines: readonly TapeLine[] = []): Promise<TwsDesk> {
  run = await simulatorOn([...QUOTE, ...lines]);
  const desk = await life();
  await run.simulator.market.step(3);
  return desk;
}

/** The next life of the desk's process, with the book compared. */
async function again(before: TwsDesk): Promise<TwsDesk> {
  await before.stop();
  desks = [];
  const desk = await life();
  desk.adapter.broker.reconcile();
  await desk.first('end', ({ of }) => of === 'positions');
  return desk;
}

/** What IB answers to a change of this leg: a notice, or the order with its new quantity. */
async function changed(desk: TwsDesk, request: OrderIntent, which: OrderLeg, quantity: number): Promise<unknown> {
  const { order } =
    desk.of('open-order').findLast((news) => news.order.orderRef === which.ref) ?? expect.fail(`${which.ref} is not listed`);
  const seen = desk.news.length;
  desk.adapter.broker.modify(
    { clientId: order.clientId, orderId: order.orderId },
    approve({ ...request, purpose: 'reduce', legs: [{ ...which, quantity: units(quantity) }] }),
  );
  const answer = (): unknown =>
    desk.news
      .slice(seen)
      .map((news) =>
        news.kind === 'notice'
          ? news.notice.code
          : news.kind === 'open-order' && news.order.orderRef === which.ref
            ? news.order.quantity
            : undefined,
      )
      .find((one) => one !== undefined);
  await desk.until(() => answer() !== undefined);
  return answer();
}

test('after a restart of the desk the stop of a filled entry can be changed', async () => {
  const first = await quoted();
  const request = bracket({ entry: 181, target: 190, stop: 170 });
  first.adapter.broker.place(approve(request));
  await first.first('order-status', ({ status }) => status.ibStatus === 'Filled');
  const second = await again(first);
  expect(await changed(second, request, request.legs[2]!, 50)).toBe(units(50));
});

test('the stop of an entry that filled in part and was cancelled can be changed', async () => {
  const desk = await quoted();
  const [entry, ...exits] = bracket({ entry: 180.02, target: 190, stop: 170 }).legs;
  const request = intent({ legs: [{ ...entry, quantity: units(500) }, ...exits.map((exit) => ({ ...exit, quantity: units(500) }))] });
  const sent = desk.adapter.broker.place(approve(request));
  if (sent.kind !== 'sent') throw new Error('not sent');
  await desk.first('execution', () => true);
  desk.adapter.broker.cancel(sent.legs[0]!);
  await desk.first('order-status', ({ status }) => status.ibStatus === 'Cancelled' && status.orderId === sent.legs[0]!.orderId);
  expect(await changed(desk, request, request.legs[2]!, 200)).toBe(units(200));
});

test('the stop of an entry whose fill was told without any status can be changed (O-02)', async () => {
  const desk = await quoted();
  run.simulator.faults.fillsTold = 'execution only';
  const request = bracket({ entry: 181, target: 190, stop: 170 });
  desk.adapter.broker.place(approve(request));
  await desk.first('execution', () => true);
  expect(await changed(desk, request, request.legs[2]!, 50)).toBe(units(50));
});

test('a part of the target shrinks the stop of the bracket and leaves the rest protected', async () => {
  const desk = await quoted([
    ['IBM', 'bid', '181.00', 100],
    ['IBM', 'bid', '180.50', 100],
  ]);
  const [entry, ...exits] = bracket({ entry: 181, target: 181, stop: 179 }).legs;
  const request = intent({ legs: [{ ...entry, quantity: units(300) }, ...exits.map((exit) => ({ ...exit, quantity: units(300) }))] });
  desk.adapter.broker.place(approve(request));
  await desk.first('order-status', ({ status }) => status.ibStatus === 'Filled');
  await run.simulator.market.step(1);
  const { order } = await desk.first(
    'open-order',
    (news) => news.order.orderRef === request.legs[2]!.ref && news.order.quantity === units(200),
  );
  expect(order).toMatchObject({ ibStatus: 'PreSubmitted', ocaType: 2 });
  expect(run.simulator.ledger.position(IBM_CON_ID)?.quantity).toBe(units(200));
});

test('a stop that joins the group of a working target is cancelled when that has closed the position, which never turns around', async () => {
  const desk = await quoted([
    ['IBM', 'bid', '181.00', 300],
    ['IBM', 'last', '178.00', 100],
    ['IBM', 'bid', '178.00', 300],
  ]);
  const [entry, target] = bracket({ entry: 181, target: 181, stop: 179 }).legs;
  desk.adapter.broker.place(approve(intent({ legs: [entry, target!] })));
  await desk.first('order-status', ({ status }) => status.ibStatus === 'Filled');
  const stop: OrderLeg = leg({
    ref: freshRef('S'),
    leg: 'S',
    side: 'SELL',
    type: 'STP',
    stop: priceOf(179),
    tif: 'GTC',
    ...(target?.ocaGroup === undefined ? {} : { ocaGroup: target.ocaGroup }),
  });
  // By hand, so on another client than the target.
  const { triggerId: _none, ...byHand } = intent({ purpose: 'reduce', origin: 'operator', legs: [stop] });
  desk.adapter.broker.place(approve(byHand));
  await desk.first('open-order', (news) => news.order.orderRef === stop.ref);
  await run.simulator.market.step(1);
  await desk.first('order-status', ({ status }) => status.ibStatus === 'Cancelled');
  await run.simulator.market.step(2);
  expect(run.simulator.ledger.position(IBM_CON_ID)?.quantity).toBe(0);
  expect(run.simulator.ledger.orders.map(({ orderRef, status }) => [orderRef, status])).toEqual([
    [entry.ref, 'Filled'],
    [target?.ref, 'Filled'],
    [stop.ref, 'Cancelled'],
  ]);
});
