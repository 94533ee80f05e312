import { resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { engineState } from '#core/state/desk-state';
import { cancelOrders } from '#core/execution/cancel';
import { kill } from '#core/safety/kill';
import type { Contract } from '#domain/contract';
import { priceOf, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import { type Simulator, startSimulator } from '#simulator/simulator';
import { type LiveDesk, openLiveDesk } from '../support/core/live-desk.ts';

const DEMO = resolve(import.meta.dirname, '../../resources/demo-tape.csv.gz');
const open: { simulator: Simulator; desk: LiveDesk }[] = [];

afterEach(async () => {
  for (const { simulator, desk } of open.splice(0)) {
    await desk.close();
    await simulator.close();
  }
});

/** A desk with the market standing still at the tape's first quotes; prices move only when a test says so. */
async function still(): Promise<{ simulator: Simulator; desk: LiveDesk; contract: Contract; price: number }> {
  const simulator = await startSimulator({
    port: 0,
    market: { kind: 'tapes', tapes: [{ path: DEMO }] },
    speed: 'max',
    autostart: false,
    sessions: 'ignored',
  });
  await simulator.market.step(2_000);
  const desk = await openLiveDesk(simulator);
  open.push({ simulator, desk });
  const contract = await desk.contract('IBM');
  desk.arm(resting('first look', contract, 9_000_000_000));
  const quote = () => desk.core.deskState.board.quote(contract.conId);
  await desk.until(
    'bid, ask and last are there',
    () => quote()?.bid !== undefined && quote()?.ask !== undefined && quote()?.last !== undefined,
  );
  return { simulator, desk, contract, price: quote()?.last ?? 0 };
}

/** Buys far below the market, so that the order rests. */
function resting(name: string, contract: Contract, level: number): TriggerSpec {
  return {
    name,
    condition: { kind: 'price', contract, field: 'last', test: 'crosses-above', level: trustedPrice(level) },
    action: {
      contract,
      side: 'BUY',
      quantity: units(10),
      entry: { type: 'LMT', limitOffset: priceOf(-2) },
      tif: 'DAY',
      outsideRth: true,
    },
    rthOnly: false,
  };
}

async function fireAt(simulator: Simulator, price: number): Promise<void> {
  simulator.faults.injectTick('IBM', 'last', ((price - 20_000) / 1_000_000).toFixed(2));
  simulator.faults.injectTick('IBM', 'last', ((price + 20_000) / 1_000_000).toFixed(2));
  await Promise.resolve();
}

const FULL = 'no space is left on the disk';

it('refuses orders while the journal cannot be written, pauses the desk, and still cancels', async () => {
  const { simulator, desk, contract, price } = await still();
  desk.arm(resting('IBM-1', contract, price));
  await fireAt(simulator, price);
  await desk.until('the first order works', () => desk.core.deskState.index.working().some((order) => order.state === 'ACCEPTED'));
  const sent = simulator.ledger.placements.length;
  desk.arm({ ...resting('IBM-2', contract, price + 100_000), action: { ...resting('', contract, 0).action, quantity: units(20) } });
  desk.journal.fail(FULL);
  await fireAt(simulator, price + 100_000);
  await desk.until('the second trigger has ended', () =>
    [...desk.stores.triggers.values()].some((trigger) => trigger.spec.name === 'IBM-2' && trigger.life === 'failed'),
  );
  await desk.until('the desk is paused', () => engineState(desk.core.deskState) === 'PAUSED');
  expect(simulator.ledger.placements.length).toBe(sent);
  const denied = [...desk.stores.orders.values()].filter((order) => order.state === 'DENIED');
  expect(denied.map((order) => order.note)).toEqual(['The journal could not record this order, so it was not sent.']);

  cancelOrders(desk.core.deskState, desk.core.deskState.index.working(), 'test');
  await desk.until('the cancel worked', () => desk.core.deskState.index.workingCount() === 0);
  expect(simulator.ledger.orders.map((order) => order.status)).toEqual(['Cancelled']);
});

it('kills while the journal cannot be written', async () => {
  const { simulator, desk, contract, price } = await still();
  desk.arm(resting('IBM-1', contract, price));
  await fireAt(simulator, price);
  await desk.until('the order works', () => desk.core.deskState.index.working().some((order) => order.state === 'ACCEPTED'));
  desk.journal.fail(FULL);
  kill(desk.core.deskState, 'own', 'test', 'disk full');
  expect(engineState(desk.core.deskState)).toBe('EMERGENCY');
  await desk.until('nothing works', () => desk.core.deskState.index.workingCount() === 0);
  expect(simulator.ledger.orders.map((order) => order.status)).toEqual(['Cancelled']);
});
