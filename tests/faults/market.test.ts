import { expect, onTestFinished, test } from 'vitest';
import { resumeDesk } from '#core/engine/operator-commands';
import { engineState } from '#core/state/desk-state';
import type { Contract } from '#domain/contract';
import { units } from '#domain/quantity';
import type { Simulator } from '#simulator/simulator';
import { CoreDesk } from '../support/core/desk.ts';
import { type LiveDesk, openLiveDesk } from '../support/core/live-desk.ts';
import { action, IBM, price, px, spec, stock } from '../support/core/trigger-fixtures.ts';
import { OPEN, simulatorOn, type TapeLine } from '../support/simulator/tape.ts';

/** A future that may trade below zero; one point is one dollar. */
const CL: Contract = { ...stock('CL', 77), secType: 'FUT', exchange: 'NYMEX', primaryExchange: 'NYMEX' };

test('M-03: a future at −37.63 is a price: its trigger fires, the collar measures it and the order leaves there; a stock’s is dropped', () => {
  const desk = new CoreDesk().started([CL, IBM]);
  desk.quote(-37.5, CL);
  const below = desk.arm(
    spec(price(CL, 'last', 'crosses-below', -37.6), {
      name: 'CL',
      action: action(CL, { quantity: units(1), outsideRth: true, entry: { type: 'LMT', limitOffset: px(0) } }),
    }),
  );
  desk.quote(-37.59, CL);
  expect(desk.broker.frames).toEqual([]);
  desk.quote(-37.63, CL);
  expect(desk.trigger(below).life).toBe('fired');
  expect(desk.broker.frames.map(({ leg }) => [leg.type, leg.limit])).toEqual([['LMT', px(-37.62)]]);
  desk.quote(180);
  const { dropped } = desk.deskState.board.counters();
  const stockTrigger = desk.arm(spec(price(IBM, 'last', 'crosses-below', 100), { name: 'IBM' }));
  desk.ticks(IBM, { last: -37.63 });
  expect([desk.deskState.board.counters().dropped - dropped, desk.trigger(stockTrigger).life]).toEqual([1, 'armed']);
  expect(desk.deskState.board.quote(IBM.conId)?.last).toBe(px(180));
});

test.each([
  ['BUY', 'ask', { type: 'MKT' }],
  ['BUY', 'bid', { type: 'MKT' }],
  ['SELL', 'bid', { type: 'MKT' }],
  ['BUY', 'ask', { type: 'LMT', limit: px(180.02) }],
] as const)(
  'M-05: a %s while IB shows no %s (%j) is denied for want of a two-sided market, and one after it leaves',
  (side, missing, entry) => {
    const desk = new CoreDesk().started();
    desk.quote(179.9);
    const fire = (name: string, withdrawn: boolean) => {
      const id = desk.arm(desk.spec(180, { name }, { side, entry }));
      desk.quote(179.9);
      if (withdrawn) desk.core.sink.info(IBM.conId, { kind: 'no-data', field: missing }, desk.clock.now());
      if (withdrawn) desk.ticks(IBM, missing === 'ask' ? { bid: 180, last: 180.02 } : { ask: 180.03, last: 180.02 });
      else desk.quote(180.02);
      return desk.trigger(id);
    };
    expect(fire('A', true)).toMatchObject({ life: 'failed', reason: expect.stringMatching(/no two-sided market/) as string });
    expect(desk.alarms().at(-1)).toMatch(/^Risk denied A \(C-03\): IBM has no two-sided market to measure the price against/);
    expect(desk.broker.frames).toEqual([]);
    desk.wait(60_000);
    desk.pnl();
    expect(fire('B', false).life).toBe('fired');
    expect(desk.broker.frames).toHaveLength(1);
  },
);

test('M-06: a price that jumps by a fifth leaves no order at a limit of before the jump: the collar measures it against the market after it', () => {
  const desk = new CoreDesk();
  const id = desk.waiting({ entry: { type: 'LMT', limit: px(180.1) } });
  desk.quote(216);
  expect(desk.trigger(id)).toMatchObject({ life: 'failed', reason: expect.stringMatching(/above the collar of 3 %/) as string });
  expect(desk.broker.frames).toEqual([]);
  expect(desk.alarms().at(-1)).toMatch(/^Risk denied .*\(C-03\)/);
});

test('M-07: half a million ticks fold into one quote and one firing, write nothing down, and a fill or a kill between two of them acts before the next', () => {
  const TICKS = 500_000;
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  const armed = desk.arm(desk.spec(190, { name: 'B' }, { quantity: units(10) }));
  desk.quote(180.02);
  const { sink } = desk.core;
  const before = desk.journal.records.length;
  const at = desk.clock.now();
  for (let tick = 0; tick < TICKS; tick += 1) {
    sink.tick({ conId: IBM.conId, field: 'last', price: px(180 + (tick % 900) / 100), at });
    if (tick === TICKS / 2) {
      // One chunk: its end has not come.
      expect(desk.journal.records.length).toBe(before);
      desk.fills(entry, 100, 180.02);
      expect([desk.order(entry).state, desk.held()?.quantity]).toEqual(['FILLED', units(100)]);
    }
  }
  const after = desk.journal.records.length;
  desk.killBy();
  expect([desk.state, desk.deskState.latch.isSet()]).toEqual(['EMERGENCY', true]);
  sink.tick({ conId: IBM.conId, field: 'last', price: px(190.5), at });
  sink.chunkEnd();
  expect([desk.broker.frames.length, desk.trigger(armed).life]).toEqual([1, 'draft']);
  expect(after - before).toBeLessThan(20);
  expect(desk.deskState.board.counters().folded).toBeGreaterThan(TICKS);
  expect(desk.deskState.board.takeDirty()).toEqual([IBM.conId]);
});

test('M-10: ticks dated back or told twice: what came last counts, a quote only grows younger, and one crossing is one order', () => {
  const desk = new CoreDesk({ simulated: true });
  const id = desk.waiting();
  const { sink } = desk.core;
  const ages: number[] = [];
  for (const [value, ago] of [
    [179.95, 3_600_000],
    [179.95, 3_600_000],
    [179.96, 86_400_000],
    [179.97, -3_600_000],
  ] as const) {
    desk.wait(100);
    // What IB says of when it was traded, and what came with it.
    sink.info(IBM.conId, { kind: 'last-time', time: desk.clock.now() - Math.abs(ago) }, desk.clock.now());
    sink.tick({ conId: IBM.conId, field: 'last', price: px(value), at: desk.clock.now() - ago });
    sink.chunkEnd();
    const quote = desk.deskState.board.quote(IBM.conId)!;
    expect(quote.last).toBe(px(value));
    ages.push(quote.updatedAt);
  }
  expect(ages).toEqual([...ages].sort((a, b) => a - b));
  expect([ages.at(-1), desk.deskState.exchange.now()]).toEqual([desk.clock.now(), desk.clock.now()]);
  expect(desk.deskState.board.counters().backdated).toBe(0);
  for (let again = 0; again < 3; again += 1) desk.ticks(IBM, { last: 180.02 });
  expect([desk.trigger(id).life, desk.broker.frames.length]).toEqual(['fired', 1]);
});

/** Two-sided around each of these last prices, a minute apart. */
function tape(...lasts: readonly number[]): readonly TapeLine[] {
  return lasts.flatMap((last, minute) => {
    const at = OPEN + minute * 60_000;
    return [
      ['IBM', 'bid', (last - 0.01).toFixed(2), 300, at] as const,
      ['IBM', 'ask', (last + 0.01).toFixed(2), 300, at] as const,
      ['IBM', 'last', last.toFixed(2), 100, at] as const,
    ];
  });
}

async function onTape(
  lines: readonly TapeLine[],
  permission: 'live' | 'delayed' = 'live',
): Promise<{ readonly simulator: Simulator; readonly live: LiveDesk; readonly contract: Contract }> {
  const run = await simulatorOn(lines, { sessions: 'ignored', permission });
  onTestFinished(() => run.stop());
  const live = await openLiveDesk(run.simulator);
  onTestFinished(() => live.close());
  return { simulator: run.simulator, live, contract: await live.contract('IBM') };
}

test('M-11: SIM: what crossed while the data connection was cut does not fire: the first price is a baseline, the next confirms it, a crossing after it counts', async () => {
  const { simulator, live, contract } = await onTape(tape(179.5, 179.6, 185, 185.2, 185.4, 179.7, 180.3));
  const { deskState } = live.core;
  const id = live.arm(spec(price(contract, 'last', 'crosses-above', 180), { name: 'X', action: action(contract, { outsideRth: true }) }));
  const last = (): number | undefined => deskState.board.quote(contract.conId)?.last;
  const shown = async (value: number): Promise<void> => {
    await simulator.market.step(3);
    await live.until(`the last is ${value}`, () => last() === px(value));
  };
  await shown(179.5);
  await shown(179.6);
  simulator.faults.holdClientId(1);
  simulator.faults.rst(1);
  await live.until('the desk is paused', () => engineState(deskState) === 'PAUSED');
  await simulator.market.step(3);
  simulator.faults.releaseClientId(1);
  await live.until('compared again', () => deskState.link.ready && deskState.reconciliation.done());
  // The connection that tells it stayed, and the figure of a desk that holds nothing does not change.
  await live.until("the day's P&L is known", () => deskState.accounts.current()?.dailyPnl !== undefined);
  expect(resumeDesk(deskState, 'the test').ok).toBe(true);
  await live.until('the first price is there', () => last() === px(185));
  expect(live.core.deskState.registry.row(id)).toMatchObject({ status: 'holding', fault: 'not-baselined' });
  await shown(185.2);
  await shown(185.4);
  expect([live.stores.triggers.get(id)?.life, simulator.ledger.placements.length]).toEqual(['armed', 0]);
  expect(live.core.deskState.registry.row(id)).toMatchObject({ status: 'armed', side: 'above' });
  await shown(179.7);
  await simulator.market.step(3);
  await live.until('it fired', () => live.stores.triggers.get(id)?.life === 'fired');
  await live.until('one order came', () => simulator.ledger.placements.length === 1);
});

test('M-12: SIM: an account without market data: IB’s refusal is an alarm with the symbol, the watcher says that it has no price, and nothing fires', async () => {
  const { simulator, live, contract } = await onTape(tape(179.5, 181), 'delayed');
  const id = live.arm(spec(price(contract, 'last', 'crosses-above', 180), { name: 'X' }));
  await live.until('the refusal is told', () => live.log.some((line) => /^alarm: No market data for IBM: IB 354 /.test(line)));
  await simulator.market.step(6);
  await live.until('TWS answers', () => simulator.ledger.inbound.some(({ messageId }) => messageId === 1));
  expect(live.core.deskState.registry.row(id)).toMatchObject({
    status: 'holding',
    fault: 'none-yet',
    reason: expect.stringMatching(/IBM has no price/) as string,
  });
  expect([live.stores.triggers.get(id)?.life, simulator.ledger.placements.length]).toEqual(['armed', 0]);
});

test.each([
  [354, 'Requested market data is not subscribed.'],
  [10_197, 'No market data during competing live session.'],
  [101, 'Max number of tickers has been reached.'],
  [200, 'No security definition has been found for the request.'],
])('M-12: a stream that ends with %i is an alarm, and its watcher holds with a reason instead of standing there as armed', (code, text) => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const { registry, exchange } = desk.deskState;
  expect(registry.row(id)).toMatchObject({ status: 'armed' });
  desk.core.sink.subscriptionFailed(IBM.conId, code, text);
  expect(desk.alarms().at(-1)).toBe(`No market data for IBM: IB ${code} ${text}`);
  desk.wait(3_000);
  expect(exchange.now() - desk.deskState.board.quote(IBM.conId)!.updatedAt).toBeGreaterThan(desk.rules.limits.maxQuoteAgeMs);
  expect(registry.row(id)).toMatchObject({
    status: 'holding',
    fault: 'stale',
    reason: expect.stringMatching(/^The quote of IBM is 3\.\d s old/) as string,
  });
  expect(desk.broker.frames).toEqual([]);
});

test('M-13: prices under another contract number are not this trigger’s, whatever the symbol: nothing fires', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const split = { ...IBM, conId: 9_999 as typeof IBM.conId };
  const { strangers } = desk.deskState.board.counters();
  desk.quote(360, split);
  expect([desk.deskState.board.counters().strangers - strangers, desk.trigger(id).life]).toEqual([3, 'armed']);
  expect(desk.deskState.board.quote(IBM.conId)?.last).toBe(px(179.9));
  expect(desk.broker.frames).toEqual([]);
});
