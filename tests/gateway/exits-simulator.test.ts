import { afterEach, expect, test } from 'vitest';
import { protectPosition } from '#core/protection/place-stop';
import { trailPosition } from '#core/protection/trailing-stop';
import { isWorking, type Order } from '#domain/order';
import type { Leg } from '#domain/order-ref';
import { units } from '#domain/quantity';
import type { TriggerAction } from '#domain/trigger';
import type { Simulator } from '#simulator/simulator';
import { BRACKET } from '../support/core/bracket.ts';
import { type LiveDesk, openLiveDesk } from '../support/core/live-desk.ts';
import { simulatorOn, type TapeLine, type TapeRun } from '../support/simulator/tape.ts';
import { QUOTE } from '../support/simulator/stage.ts';
import { action, price, px } from '../support/core/trigger-fixtures.ts';

/** Exits against the simulated TWS: real adapter, real sockets, the simulator's own matching and its person at TWS's screen. */

let run: TapeRun | undefined;
let live: LiveDesk | undefined;

afterEach(async () => {
  await live?.close();
  await run?.stop();
  run = undefined;
  live = undefined;
});

const FIRES: TapeLine = ['IBM', 'last', '180.06', 100];

interface Scene {
  readonly simulator: Simulator;
  readonly live: LiveDesk;
  readonly conId: number;
  step(lines: number): void;
  order(leg: Leg): Order;
  held(): number;
  /** What truly works at the broker, as `SELL STP 100`. */
  working(): readonly string[];
}

/** Armed above 180.05, quoted, and fired by the tape; `after` are the market's further moves. */
async function fired(after: readonly TapeLine[] = [], does: Partial<TriggerAction> = {}, quote = QUOTE): Promise<Scene> {
  run = await simulatorOn([...quote, FIRES, ...after]);
  const { simulator } = run;
  live = await openLiveDesk(simulator);
  const desk = live;
  const { deskState } = desk.core;
  const contract = await desk.contract('IBM');
  desk.arm({
    name: 'breakout',
    condition: price(contract, 'last', 'crosses-above', 180.05),
    action: action(contract, { ...BRACKET, quantity: units(100), tif: 'GTC', ...does }),
    rthOnly: false,
  });
  void simulator.market.step(3);
  await desk.until('there is a quote', () => deskState.board.quote(contract.conId)?.last !== undefined);
  void simulator.market.step(1);
  const order = (leg: Leg): Order =>
    [...desk.stores.orders.values()].findLast((one) => one.leg === leg) ?? expect.fail(`there is no order ${leg}`);
  await desk.until('the bracket is at the broker', () => simulator.ledger.orders.length === 3 && order('S').state === 'ACCEPTED');
  return {
    simulator,
    live: desk,
    conId: contract.conId,
    step: (lines) => void simulator.market.step(lines),
    order,
    held: () => ([...desk.stores.positions.values()].find((one) => one.contract.conId === contract.conId)?.quantity ?? 0) / 10_000,
    working: () =>
      simulator.ledger.orders
        .filter((one) => one.status === 'Submitted' || one.status === 'PreSubmitted')
        .map((one) => `${one.action} ${one.type} ${String((one.quantity - one.filled) / 10_000)}`),
  };
}

async function bought(after: readonly TapeLine[] = []): Promise<Scene> {
  const scene = await fired(after);
  await scene.live.until('100 are held and compared', () => scene.held() === 100 && brokerHas(scene, 100));
  return scene;
}

function brokerHas({ live: desk, conId }: Scene, quantity: number): boolean {
  return [...desk.stores.positions.values()].some((one) => one.contract.conId === conId && one.brokerQuantity === units(quantity));
}

function offerOf({ live: desk }: Scene) {
  return [...desk.stores.offers.values()][0];
}

test('O-23: over the real wire, a person closes the position: the exits go before they turn it around', async () => {
  const scene = await bought([['IBM', 'last', '178.50', 100]]);
  scene.simulator.manual.close('IBM');
  await scene.live.until('nothing works any more', () => scene.working().length === 0);
  scene.step(1);
  await scene.live.until(
    'the exits are cancelled here too',
    () => !isWorking(scene.order('S').state) && !isWorking(scene.order('T').state),
  );
  expect([scene.held(), scene.simulator.ledger.position(scene.conId)?.quantity ?? 0]).toEqual([0, 0]);
  expect(scene.live.log.filter((line) => line.includes('after a fill from outside'))).toHaveLength(1);
});

test('O-24: over the real wire, the stop fills while the entry has filled 30 of 100: its rest goes, position 0', async () => {
  const scene = await fired(
    [
      ['IBM', 'bid', '178.80', 300],
      ['IBM', 'last', '178.90', 100],
    ],
    { entry: { type: 'LMT', limit: px(180.02) } },
    [
      ['IBM', 'bid', '180.00', 300],
      ['IBM', 'ask', '180.02', 30],
      ['IBM', 'last', '180.01', 100],
    ],
  );
  await scene.live.until('30 are held', () => scene.held() === 30);
  scene.step(2);
  await scene.live.until('all is closed and nothing works', () => scene.held() === 0 && scene.working().length === 0);
  await scene.live.until('the cancel is told', () => scene.order('E').state === 'CANCELLED');
  expect(scene.order('E').filled).toBe(units(30));
  expect(scene.simulator.ledger.position(scene.conId)?.quantity ?? 0).toBe(0);
});

test('O-22: over the real wire, a person moves the stop and cancels the target: taken over, told, never taken back', async () => {
  const scene = await bought();
  const before = scene.simulator.ledger.inbound.filter(({ messageId }) => messageId === 3).length;
  scene.simulator.manual.modify({ permId: scene.order('S').permId ?? 0 }, { stop: px(178.4) });
  scene.simulator.manual.cancel({ permId: scene.order('T').permId ?? 0 });
  await scene.live.until('the stop is where the person put it', () => scene.order('S').stop === px(178.4));
  await scene.live.until('the cancel is told', () => scene.live.log.some((line) => line.includes('was cancelled in TWS or by IB')));
  expect(scene.live.log.filter((line) => line.includes('not by this desk'))).toEqual([
    'alarm: SELL IBM was changed in TWS or by IB, not by this desk: stop 179.00 → 178.40. It is taken over as it is.',
    'alarm: SELL IBM LMT 182.00 was cancelled in TWS or by IB, not by this desk.',
  ]);
  expect(scene.working()).toEqual(['SELL STP 100']);
  expect(scene.simulator.ledger.inbound.filter(({ messageId }) => messageId === 3).length).toBe(before);
});

test('O-25: over the real wire, a stop that is lost is offered again, and one command protects in the target’s group', async () => {
  const scene = await bought();
  scene.simulator.manual.cancel({ permId: scene.order('S').permId ?? 0 });
  await scene.live.until('it is offered', () => offerOf(scene) !== undefined);
  expect(offerOf(scene)).toMatchObject({ kind: 'protect', quantity: units(100), stop: px(179) });
  const { deskState } = scene.live.core;
  expect(protectPosition(deskState, scene.order('S').account, scene.order('S').contract.conId, px(179), 'the test')).toMatchObject({
    ok: true,
  });
  await scene.live.until('the offer is taken', () => offerOf(scene) === undefined);
  expect(scene.working()).toEqual(['SELL LMT 100', 'SELL STP 100']);
  const groups = scene.simulator.ledger.orders
    .filter((one) => one.action === 'SELL' && one.status !== 'Cancelled')
    .map((one) => one.ocaGroup);
  expect(new Set(groups).size).toBe(1);
});

test('a stop is made to trail at the broker, follows the market up, and closes the position once', async () => {
  const scene = await bought([
    ['IBM', 'last', '181.00', 100],
    ['IBM', 'bid', '180.40', 300],
    ['IBM', 'last', '180.45', 100],
  ]);
  const { deskState } = scene.live.core;
  const { account, contract } = scene.order('S');
  expect(trailPosition(deskState, account, contract.conId, { kind: 'amount', amount: px(0.5) }, 'the test')).toMatchObject({ ok: true });
  await scene.live.until('only the trailing stop and the target work', () => scene.working().join() === 'SELL LMT 100,SELL TRAIL 100');
  expect(scene.order('S')).toMatchObject({
    type: 'TRAIL',
    trail: { kind: 'amount', amount: px(0.5) },
    ocaGroup: scene.order('T').ocaGroup,
  });
  scene.step(1);
  deskState.broker.requestOpenOrders();
  await scene.live.until('it has followed', () => scene.order('S').stop === px(180.5));
  scene.step(2);
  await scene.live.until('it has closed the position', () => scene.held() === 0 && scene.working().length === 0);
  expect(scene.simulator.ledger.position(scene.conId)?.quantity ?? 0).toBe(0);
  expect(scene.live.log.filter((line) => line.startsWith('alarm'))).toEqual([]);
});

test('a percentage trails, too', async () => {
  const scene = await bought();
  const { account, contract } = scene.order('S');
  expect(trailPosition(scene.live.core.deskState, account, contract.conId, { kind: 'percent', basisPoints: 25 }, 'the test')).toMatchObject(
    {
      ok: true,
    },
  );
  await scene.live.until('only the trailing stop and the target work', () => scene.working().join() === 'SELL LMT 100,SELL TRAIL 100');
  await scene.live.until('IB’s words are read', () => scene.order('S').state === 'ACCEPTED');
  expect(scene.order('S')).toMatchObject({ type: 'TRAIL', trail: { kind: 'percent', basisPoints: 25 } });
});
