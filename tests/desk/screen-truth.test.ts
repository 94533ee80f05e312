import { expect, test } from 'vitest';
import type { FarmState, OpenOrderNews } from '#core/ports/broker';
import type { ClientId, OrderId, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { Agreement } from '#desk/projection/agreement';
import { amountOf } from '#domain/money';
import { heldBracket } from '../support/core/bracket.ts';
import { CoreConsole } from '../support/core/console.ts';
import { CoreDesk } from '../support/core/desk.ts';
import { detailsOf, DU, manualOrder } from '../support/core/fixtures.ts';
import { IBM, px } from '../support/core/trigger-fixtures.ts';

const STOP = { stop: { kind: 'price', price: px(179) } } as const;

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`${rows.length} rows instead of one`);
  return row;
}

test('before anybody knows the account and its day, the header says neither PAPER nor a day without loss', () => {
  const made = new CoreConsole();
  made.desk.core.start();
  expect(made.value('status')).toMatchObject({ account: null, paper: null, dayPnl: null, netLiquidation: null });
});

test('an order that the broker does not name any more is UNKNOWN on the screen, though it was named once', () => {
  const made = new CoreConsole();
  const { desk } = made;
  const { entry } = desk.fired();
  desk.openOrder(entry);
  expect(only(made.table('orders'))).toMatchObject({ state: 'ACCEPTED', ibStatus: 'Submitted' });
  desk.disconnect();
  desk.connect();
  desk.ends();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  expect(only(made.table('orders'))).toMatchObject({ state: 'UNKNOWN', working: true });
});

test.each([
  ['BUY', 179.4],
  ['SELL', 180.4],
] as const)('what a %s has opened is valued at the side at which it can be closed: %d', (side, mark) => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.fills(desk.fired({ side }).entry, 100, 180.03);
  desk.quote(179.9, IBM, 0.5);
  expect(only(made.table('positions')).mark).toBe(px(mark));
});

test('a quote that is halted or crossed says so on its row, though no tick tells it, and says no more when it is over', () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.waiting();
  const faultOf = (): string | null => only(made.table('quotes')).fault;
  expect(faultOf()).toBeNull();
  desk.core.sink.info(IBM.conId, { kind: 'live-type', liveType: 'live' }, desk.clock.now());
  desk.core.sink.info(IBM.conId, { kind: 'halted', halted: true }, desk.clock.now());
  expect(faultOf()).toMatch(/halted/i);
  desk.core.sink.info(IBM.conId, { kind: 'halted', halted: false }, desk.clock.now());
  desk.quote(179.9);
  expect(faultOf()).toBeNull();
  desk.ticks(IBM, { bid: 181, ask: 179 });
  expect(faultOf()).toMatch(/crossed/i);
  desk.quote(179.9);
  expect(faultOf()).toBeNull();
  desk.news({ kind: 'link', link: desk.link({ farms: [farm('usfarm', 'broken')] }) });
  expect(faultOf()).toMatch(/farm/i);
  desk.news({ kind: 'link', link: desk.link({ farms: [farm('usfarm', 'ok')] }) });
  expect(faultOf()).toBeNull();
  desk.disconnect();
  expect(faultOf()).not.toBeNull();
});

test.each([
  [179.9, 0.1, 10, 6],
  [180.3, -0.3, -30, -17],
])('with the last at %d the level of 180 is %d away, and the sign says which way the price has to go', (last, distance, ticks, points) => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.started();
  desk.quote(last);
  desk.arm();
  desk.quote(last);
  expect(only(made.table('watchers'))).toMatchObject({ distance: px(distance), distanceTicks: ticks, distanceBasisPoints: points });
});

test('what is left of a firing at IB is its own: the stop of an earlier firing of the same trigger is none of it', () => {
  const made = new CoreConsole();
  const { desk } = made;
  const { id, entry } = desk.fired(STOP);
  desk.fills(entry, 100, 180.03);
  desk.openOrder(desk.ref(id, 'S'), 'PreSubmitted');
  expect(only(made.table('watchers')).survives).toBe('stop at IB');
  desk.wait(60_000);
  desk.pnl();
  desk.quote(184);
  desk.rearmTrigger(id, desk.spec(185));
  desk.quote(184.9);
  desk.quote(185.02);
  expect(desk.trigger(id)).toMatchObject({ life: 'fired', reason: expect.any(String) as string });
  desk.openOrder(desk.ref(id));
  expect(only(made.table('watchers')).survives).toBe('orders at IB');
});

test.each([
  ['BUY', 180.05, 0.03],
  ['BUY', 180, -0.02],
  ['SELL', 180.05, -0.03],
  ['SELL', 180, 0.02],
] as const)('a %s that fires at 180.02 and fills at %d has slipped by %d: worse counts as more', (side, at, slippage) => {
  const made = new CoreConsole();
  const { desk } = made;
  const { entry } = desk.fired({ side });
  desk.fills(entry, 100, at);
  expect(only(made.table('fills')).slippage).toBe(px(slippage));
});

test('realized profit and commission of a position follow each fill', () => {
  const made = new CoreConsole();
  const { desk } = made;
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const tell = (execId: string, commission: number): void =>
    desk.news({
      kind: 'commission',
      execId: execId as never,
      commission: amountOf(commission),
      currency: 'USD',
      realizedPnl: undefined,
    });
  tell(desk.fill(entry, 40, 180.03).execId, 1);
  const first = only(made.table('positions')).commission;
  tell(desk.fill(entry, 60, 180.03).execId, 2);
  const both = only(made.table('positions')).commission;
  expect([first, both].map(Number)).toEqual([Number(first), Number(first) * 3]);
});

const farm = (name: string, state: FarmState['state']): FarmState => ({ name, kind: 'market', state, since: 1 });

test('one broken farm of quotes stands in the header though another works', () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.core.start();
  desk.connect({ farms: [farm('usfarm', 'ok'), farm('eufarm', 'broken')] });
  expect(made.value('status').lamps.find(({ name }) => name.includes('eufarm'))).toMatchObject({ state: 'down', name: 'eufarm' });
});

test('the lamp of IB is not green without a connection over which it could be told', () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.core.start();
  desk.connect();
  const lamp = (): string | undefined => made.value('status').lamps.find(({ name }) => name === 'IB')?.state;
  expect(lamp()).toBe('unknown');
});

test('after a kill a position with a stop for half of it is shown as bare', () => {
  const made = new CoreConsole();
  const { desk } = made;
  const { id, entry } = desk.fired(STOP);
  desk.fills(entry, 100, 180.03);
  desk.openOrder(desk.ref(id, 'S'), 'PreSubmitted', { quantity: units(50) });
  desk.killBy('own');
  expect(made.value('status').kill?.positions.map(({ bare }) => bare)).toEqual([true]);
});

test('for an order found at the start that nobody can name by a number no cancel is offered', () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.core.start();
  desk.connect();
  const found = (orderId: number, clientId: number, permId: number, more: Partial<OpenOrderNews> = {}) =>
    desk.news({
      kind: 'open-order',
      order: { ...manualOrder({ orderId: orderId as OrderId, clientId: clientId as ClientId, permId: permId as PermId }), ...more },
    });
  found(-12, 0, 71);
  found(0, 0, 72);
  found(0, 2, 73, { orderRef: 'TD1-AAAAAAAA-1-1-E' as OrderRef });
  desk.ends();
  expect(made.table('adoptions').map(({ decisions }) => decisions)).toEqual([
    ['adopt', 'ignore', 'cancel'],
    ['adopt', 'ignore'],
    ['adopt', 'ignore'],
  ]);
});

test('cancel all and the kill leave protective exits alone unless somebody says otherwise', async () => {
  for (const name of ['orders.cancel-all', 'kill'] as const) {
    const made = new CoreConsole();
    const { desk } = made;
    const { id, entry } = desk.fired(STOP);
    desk.fills(entry, 100, 180.03);
    desk.openOrder(desk.ref(id, 'S'), 'PreSubmitted');
    const input = name === 'kill' ? { scope: 'own' as const, reason: 'a test' } : { scope: 'own' as const };
    expect((await made.call(name, input as never)).ok).toBe(true);
    expect([name, desk.order(desk.ref(id, 'S')).state]).toEqual([name, 'ACCEPTED']);
  }
});

test.each([20, -20])(
  'a figure of the broker that is %d away from the desk’s own is a difference once it has lasted five seconds',
  (away) => {
    const desk = new CoreDesk().started();
    desk.news({ kind: 'pnl', account: DU, daily: amountOf(0), unrealized: amountOf(0), realized: amountOf(away) });
    const agreement = new Agreement();
    const realized = (now: number) => agreement.checks(desk.deskState, now).find(({ figure }) => figure === 'realized');
    expect(realized(1_000)).toMatchObject({ unexplained: amountOf(away), lasting: false });
    expect(realized(5_999)).toMatchObject({ lasting: false });
    expect(realized(6_000)).toMatchObject({ lasting: true });
    desk.news({ kind: 'pnl', account: DU, daily: amountOf(0), unrealized: amountOf(0), realized: amountOf(0) });
    expect(realized(9_000)).toMatchObject({ unexplained: amountOf(0), lasting: false });
  },
);

test('an offer appears on the row of its position by itself, though nothing else of the position changes', () => {
  const made = new CoreConsole();
  const { desk } = made;
  const { stop } = heldBracket(desk);
  desk.status(stop, 'Cancelled');
  expect(only(made.table('positions')).offer).toBeNull();
  // The offer comes after two seconds; what follows of the order would come later.
  desk.wait(1_000);
  expect(only(made.table('positions')).offer).toMatchObject({ quantity: units(100) });
});

test.each([30_000, -30_000])('the age of a quote counts on the clock of the machine, which is %d ms from the broker’s', (off) => {
  const desk = new CoreDesk({ simulated: true });
  const made = new CoreConsole(desk);
  desk.waiting();
  desk.core.onServerTime((desk.clock.now() + off) / 1_000, 0);
  desk.quote(179.9);
  const at = desk.clock.now();
  desk.wait(4_000);
  expect(only(made.table('quotes')).at).toBe(at);
});

test('of two orders that carry one reference each row says that a cancel goes to both, as long as both work', () => {
  const made = new CoreConsole();
  const { desk } = made;
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const twin = (ibStatus: string): void =>
    desk.news({
      kind: 'open-order',
      order: desk.openOrderOf(entry, ibStatus, { permId: 77 as PermId, orderId: 555 as OrderId }),
    });
  const notes = (): readonly boolean[] => made.table('orders').map(({ note }) => note?.startsWith('TWIN') === true);
  expect(notes()).toEqual([false]);
  twin('Submitted');
  expect(notes()).toEqual([true, true]);
});

test('the tick size that TWS tells of a contract is on the row of its quote, though no tick comes after it', () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.waiting();
  expect(only(made.table('quotes'))).toMatchObject({ decimals: 2, minTick: px(0.01) });
  desk.core.learn(detailsOf(IBM, 0.0001));
  expect(only(made.table('quotes'))).toMatchObject({ decimals: 4, minTick: px(0.0001) });
});
