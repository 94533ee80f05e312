import { afterEach, expect, test } from 'vitest';
import { acknowledgeKill, confirmRearm, requestRearm } from '#core/engine/operator-commands';
import { closePosition } from '#core/protection/close-position';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { kill } from '#core/safety/kill';
import { engineState } from '#core/state/desk-state';
import { positionRow } from '#desk/projection/position-row';
import type { Position } from '#domain/position';
import { units } from '#domain/quantity';
import type { Simulator } from '#simulator/simulator';
import { BRACKET } from '../support/core/bracket.ts';
import { type LiveDesk, openLiveDesk } from '../support/core/live-desk.ts';
import { QUOTE } from '../support/simulator/stage.ts';
import { simulatorOn, type TapeLine, type TapeRun } from '../support/simulator/tape.ts';
import { action, price, px } from '../support/core/trigger-fixtures.ts';

/** The way out over real sockets: real adapter, real gate, and the simulator's own book as the judge. */

let run: TapeRun | undefined;
let live: LiveDesk | undefined;

afterEach(async () => {
  await live?.close();
  await run?.stop();
  run = undefined;
  live = undefined;
});

const BY = 'the operator';
const FIRES: TapeLine = ['IBM', 'last', '180.06', 100];
const THROUGH: readonly TapeLine[] = [
  ['IBM', 'bid', '178.40', 300],
  ['IBM', 'ask', '178.42', 300],
  ['IBM', 'last', '178.41', 100],
];

interface Scene {
  readonly simulator: Simulator;
  readonly desk: LiveDesk;
  readonly position: () => Position;
  /** What works at the broker, as `SELL STP 100 at 178.5`. */
  readonly working: () => readonly string[];
  /** What the positions panel shows. */
  readonly protectedNow: () => number;
}

/** 100 IBM held, and a kill that took every exit: nothing protects them. */
async function bareAfterKill(): Promise<Scene> {
  run = await simulatorOn([...QUOTE, FIRES, ...THROUGH]);
  const { simulator } = run;
  const desk = await openLiveDesk(simulator);
  live = desk;
  const { deskState } = desk.core;
  const contract = await desk.contract('IBM');
  desk.arm({
    name: 'breakout',
    condition: price(contract, 'last', 'crosses-above', 180.05),
    action: action(contract, { ...BRACKET, quantity: units(100), tif: 'GTC' }),
    rthOnly: false,
  });
  void simulator.market.step(3);
  await desk.until('there is a quote', () => deskState.board.quote(contract.conId)?.last !== undefined);
  void simulator.market.step(1);
  const position = (): Position =>
    [...desk.stores.positions.values()].find((one) => one.contract.conId === contract.conId) ?? expect.fail('nothing is held');
  const working = (): readonly string[] =>
    simulator.ledger.orders
      .filter((one) => one.status === 'Submitted' || one.status === 'PreSubmitted')
      .map((one) => `${one.action} ${one.type} ${String((one.quantity - one.filled) / 10_000)} at ${String((one.stop ?? 0) / 1_000_000)}`);
  await desk.until('100 are held and compared', () =>
    [...desk.stores.positions.values()].some((one) => one.brokerQuantity === units(100) && one.quantity === units(100)),
  );
  kill(deskState, 'own', BY, 'enough', 'cancel');
  await desk.until('nothing works at the broker', () => working().length === 0 && deskState.index.working().length === 0);
  const protectedNow = (): number =>
    positionRow(deskState, `${position().account}:${contract.conId}`, position()).protectedQuantity / 10_000;
  return { simulator, desk, position, working, protectedNow };
}

function protect({ desk, position }: Scene, stop: number) {
  return protectPosition(desk.core.deskState, position().account, position().contract.conId, px(stop), BY);
}

test('A2: after KILL Protect is accepted, reaches the simulator, stays there, and sells when the price goes through it', async () => {
  const scene = await bareAfterKill();
  expect([engineState(scene.desk.core.deskState), scene.protectedNow()]).toEqual(['EMERGENCY', 0]);
  expect(protect(scene, 178.5)).toMatchObject({ ok: true });
  await scene.desk.until('the stop is shown as protection', () => scene.protectedNow() === 100);
  expect(scene.working()).toEqual(['SELL STP 100 at 178.5']);
  await scene.desk.until(
    'the kill is verified with the stop at work',
    () => scene.desk.stores.engine.get('desk')?.kill?.phase === 'verified',
  );
  expect(scene.working()).toEqual(['SELL STP 100 at 178.5']);
  void scene.simulator.market.step(3);
  await scene.desk.until('the position is gone', () => scene.position().quantity === 0);
  expect(scene.simulator.ledger.position(scene.position().contract.conId)?.quantity).toBe(0);
});

test('A2: acknowledged the desk is STOPPED and re-armed it is IDLE: protect, breakeven and close reach the simulator in both', async () => {
  const scene = await bareAfterKill();
  const { deskState } = scene.desk.core;
  const { account, contract } = scene.position();
  expect(acknowledgeKill(deskState, BY, 'seen')).toMatchObject({ ok: true });
  expect(engineState(deskState)).toBe('STOPPED');
  expect(protect(scene, 178.5)).toMatchObject({ ok: true });
  await scene.desk.until('the stop protects', () => scene.protectedNow() === 100);
  expect(closePosition(deskState, account, contract.conId, 50, BY)).toMatchObject({ ok: true });
  await scene.desk.until('half is closed, and the stop has shrunk for it', () => scene.position().quantity === units(50));
  expect(scene.working()).toEqual(['SELL STP 50 at 178.5']);
  expect(requestRearm(deskState, BY)).toMatchObject({ ok: true });
  await scene.desk.until(
    'the desk is re-armed',
    () => confirmRearm(deskState, BY, scene.desk.stores.engine.get('desk')?.rearmPhrase ?? '').ok,
  );
  expect(engineState(deskState)).toBe('IDLE');
  // The average is at the market: what is true is said, and it is not the state of the desk.
  expect(breakeven(deskState, account, contract.conId, BY)).toMatchObject({
    ok: false,
    error: { text: expect.stringContaining('would fire at once') as unknown },
  });
  expect(closePosition(deskState, account, contract.conId, 100, BY)).toMatchObject({ ok: true });
  await scene.desk.until('nothing is held and nothing works', () => scene.position().quantity === 0 && scene.working().length === 0);
  expect(scene.simulator.ledger.position(contract.conId)?.quantity).toBe(0);
});
