import { afterEach, expect, test } from 'vitest';
import { startDesk } from '#core/engine/operator-commands';
import { kill } from '#core/safety/kill';
import { fireNow } from '#core/strategy/trigger/fire-now';
import { trustedPrice, type Price } from '#domain/price';
import { units } from '#domain/quantity';
import { minus, plus, scale } from '#domain/scaled';
import type { TriggerAction } from '#domain/trigger';
import { SocketWorld } from '../storm/socket-world.ts';
import type { SocketLife } from '../storm/socket-life.ts';
import { armAsSeen } from '../support/core/arm-as-seen.ts';

/**
 * Others burn every core: the desk's process gets no turn while TWS goes on, and everything that arrives lies in its sockets. Real adapter, real
 * loopback sockets, the real simulator; time is virtual, so that a machine which is starved indeed changes nothing.
 */

const SEED = 1;
const BY = 'the operator';
const CENT = trustedPrice(10_000);
let world: SocketWorld;
afterEach(async () => {
  await world.stop();
  await world.close();
});

/** A desk that trades IBM: one order far below the market rests at the broker, and the next trade at another price fires. */
async function trading(): Promise<{ readonly life: SocketLife; readonly permId: number }> {
  world = await SocketWorld.open(SEED);
  world.boot();
  await world.run(6_000);
  const { life } = world;
  if (life === undefined) return expect.fail('no desk runs');
  expect(startDesk(life.deskState, BY).ok).toBe(true);
  await world.run(1_000);
  const price = world.priceOf('IBM');
  // Its quotes come as long as it waits.
  arm(life, 'far', [['at-or-above', trustedPrice(9_000_000_000)]], { type: 'MKT' });
  arm(life, 'rests', [['at-or-above', CENT]], { type: 'LMT', limit: plus(price, scale(CENT, -20)) });
  await world.run(2_000);
  const [order] = world.simulator.gateway.exchange.register.active();
  await world.lines.settle();
  const now = life.deskState.board.quote(life.contracts.get('IBM')!.conId)?.last ?? expect.fail('no trade was told');
  arm(
    life,
    'near',
    [
      ['at-or-above', plus(now, CENT)],
      ['at-or-below', minus(now, CENT)],
    ],
    { type: 'MKT' },
  );
  await world.lines.settle();
  expect(outcome(life, order?.permId ?? 0)).toEqual([1, 'Submitted', 1]);
  return { life, permId: order?.permId ?? expect.fail('no order rests at the broker') };
}

type Level = readonly ['at-or-above' | 'at-or-below', Price];

function arm(life: SocketLife, name: string, levels: readonly Level[], entry: TriggerAction['entry']): void {
  const contract = life.contracts.get('IBM') ?? expect.fail('IBM was not found');
  const action = { contract, side: 'BUY', quantity: units(10), entry, tif: 'DAY', outsideRth: false } as const;
  const of = levels.map(([test, level]) => ({ kind: 'price', contract, field: 'last', test, level }) as const);
  const armed = armAsSeen(life.deskState, { name, condition: { kind: 'or', of }, action, rthOnly: false }, BY);
  expect(armed.ok, armed.ok ? '' : armed.error.text).toBe(true);
  life.core.drainNow();
}

/** TWS goes on for so long, and the desk gets no turn: no timer runs, no byte is read. */
async function starvedFor(ms: number): Promise<void> {
  world.clock.stall(ms);
  await world.simulator.market.advanceTo(world.clock.now());
}

/** Said in one breath: the kill, and behind it whatever would send. Whether each of these was done. */
function killAndMore(life: SocketLife): readonly boolean[] {
  const { deskState, stores } = life;
  const near = [...stores.triggers.values()].find(({ spec }) => spec.name === 'near') ?? expect.fail('it is not armed');
  kill(deskState, 'own', BY, 'beside burning processes');
  return [...Array.from({ length: 20 }, () => fireNow(deskState, near.id, near.updatedAt, BY).ok), startDesk(deskState, BY).ok];
}

/** Orders that came to the broker, whether the one at rest has ended, and what has fired. */
function outcome({ journal }: SocketLife, permId: number): readonly unknown[] {
  const { ledger } = world.simulator;
  const fired = journal.records.filter(({ name }) => name === 'trigger.fire').length;
  return [ledger.orders.length, ledger.orders.find((order) => order.permId === permId)?.status, fired];
}

test.each([
  ['a second, which nobody notices', 1_000],
  ['so long that its sockets count as dead', 3_000],
])('P-23: a desk that is starved for %s obeys a kill before what lies in its sockets and what is said after it', async (_how, ms) => {
  const { life, permId } = await trading();
  await starvedFor(ms);
  expect(killAndMore(life)).toEqual(Array<boolean>(21).fill(false));
  await world.lines.settle();
  // A connection that was taken for dead stands again within two seconds, and the cancel leaves with it, not with a later look.
  await world.run(6_000);
  expect(outcome(life, permId)).toEqual([1, 'Cancelled', 1]);
  expect([life.state, life.stores.engine.get('desk')?.kill?.phase]).toEqual(['EMERGENCY', 'verified']);
  expect(world.judge.violations).toEqual([]);
});

test('P-23: without a kill the same desk fires on what lay in its sockets', async () => {
  const { life, permId } = await trading();
  await starvedFor(1_000);
  await world.lines.settle();
  await world.run(5_000);
  expect(outcome(life, permId)).toEqual([2, 'Submitted', 2]);
});
