import { expect, test } from 'vitest';
import { flatten, pauseByOperator, resumeDesk, startDesk, stopDesk } from '#core/engine/operator-commands';
import type { BreakerFile } from '#core/ports/desk-files';
import type { SavedBreaker } from '#core/risk/breaker';
import type { OrderRef, TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import { err, ok } from '#domain/result';
import { CoreDesk } from '../support/core/desk.ts';
import { DU, rulesOf } from '../support/core/fixtures.ts';
import { IBM } from '../support/core/trigger-fixtures.ts';
import { tell } from '../support/core/told.ts';

class MemoryBreaker implements BreakerFile {
  saved: SavedBreaker | undefined;
  broken = false;

  read() {
    return this.broken ? err('breaker.json does not hold JSON') : ok(this.saved);
  }

  write(saved: SavedBreaker) {
    this.saved = saved;
    return ok(undefined);
  }
}

/** A running desk with `count` triggers armed a cent apart from 180.01 on; none of them has fired. */
function ladder(count: number, file = new MemoryBreaker()): { readonly desk: CoreDesk; readonly ids: readonly TriggerId[] } {
  const desk = new CoreDesk({ breakerFile: file });
  desk.rules = rulesOf({ ordersPerSecond: 100, ordersPerSecondPerSymbol: 100, maxWorkingPerSide: 100 });
  desk.started();
  desk.quote(179.9);
  const ids = Array.from({ length: count }, (_, at) =>
    desk.arm(desk.spec(180.01 + at / 100, { name: `N${at}` }, { quantity: units(at + 1) })),
  );
  desk.quote(179.9);
  return { desk, ids };
}

/** The market goes up to just beyond the level of trigger `at`. */
function reach(desk: CoreDesk, at: number): void {
  desk.wait(500);
  desk.pnl();
  desk.quote(180.01 + at / 100);
}

/** IB's answer to the newest frame. */
function reject(desk: CoreDesk, ref: OrderRef = desk.broker.frames.at(-1)!.ref): void {
  tell(desk, 201, 'Order rejected - reason: no permission.', { orderId: desk.broker.frameOf(ref).orderId });
  desk.status(ref, 'Inactive');
}

/** Five rejections: open. */
function opened(file?: MemoryBreaker): { readonly desk: CoreDesk; readonly ids: readonly TriggerId[] } {
  const made = ladder(20, file);
  for (let at = 0; at < 5; at += 1) {
    reach(made.desk, at);
    reject(made.desk);
  }
  return made;
}

function resume(desk: CoreDesk): void {
  const done = resumeDesk(desk.deskState, 'the test');
  if (!done.ok) throw new Error(done.error.text);
  desk.quote(179.9);
  desk.quote(179.9);
}

test('O-40: twenty triggers whose orders IB rejects: the fifth opens the circuit breaker, the desk is paused, nothing is tried again', () => {
  const { desk, ids } = ladder(20);
  for (let at = 0; at < 20; at += 1) {
    reach(desk, at);
    if (desk.order(desk.broker.frames.at(-1)!.ref).state === 'SUBMITTED') reject(desk);
  }
  expect([desk.broker.frames.length, desk.state]).toEqual([5, 'PAUSED']);
  expect(ids.map((id) => desk.trigger(id).life)).toEqual([...Array<string>(5).fill('failed'), ...Array<string>(15).fill('armed')]);
  expect(desk.stores.engine.get('desk')?.reason).toBe(
    'control C-44: IB rejected 5 orders in a row, the last BUY IBM (IB 201: Order rejected - reason: no permission.). Nothing more is tried. Find the reason; in 30 s the desk can be resumed, and then one order is tried first.',
  );
  desk.wait(3_600_000);
  for (const last of [179.9, 180.5, 179.9, 180.5]) desk.quote(last);
  expect([desk.broker.frames.length, desk.state, desk.stores.breaker.get('desk')?.state]).toEqual([5, 'PAUSED', 'open']);
});

test('O-40: rejections that are accepted between, or exits of one bracket, or hours apart do not open it; five within a minute do', () => {
  const { desk } = ladder(20);
  for (let at = 0; at < 12; at += 1) {
    reach(desk, at);
    if (at % 3 === 2) desk.openOrder(desk.broker.frames.at(-1)!.ref);
    else reject(desk);
    if (at < 4) desk.wait(61_000);
  }
  expect([desk.state, desk.stores.breaker.get('desk')?.reason]).toEqual([
    'PAUSED',
    'IB rejected 5 orders within 60 s, the last BUY IBM (IB 201: Order rejected - reason: no permission.).',
  ]);
  const bracket = new CoreDesk();
  const exit = { kind: 'percent', basisPoints: 100 } as const;
  const { id } = bracket.fired({ target: exit, stop: exit });
  for (const leg of ['E', 'T', 'S'] as const) reject(bracket, bracket.ref(id, leg));
  expect(bracket.stores.breaker.get('desk')).toMatchObject({ state: 'closed', row: 1 });
});

test('O-40: while it is open neither resume nor a stop and a start are a way around the wait', () => {
  const { desk } = opened();
  expect(resumeDesk(desk.deskState, 'the test')).toMatchObject({
    ok: false,
    error: { text: expect.stringMatching(/^The circuit breaker is open \(C-44\) for another 30 s\. IB rejected 5 orders/) as string },
  });
  expect(stopDesk(desk.deskState, 'the test').ok).toBe(true);
  expect(startDesk(desk.deskState, 'the test').ok).toBe(false);
  desk.wait(30_000);
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  expect(desk.stores.breaker.get('desk')?.state).toBe('half-open');
});

test('O-40: a reducing order leaves while the circuit breaker is open', () => {
  const { desk } = ladder(20);
  reach(desk, 0);
  desk.fills(desk.broker.frames[0]!.ref, 1, 180.02);
  for (let at = 1; at < 6; at += 1) {
    reach(desk, at);
    reject(desk);
  }
  expect([desk.state, desk.stores.breaker.get('desk')?.state]).toEqual(['PAUSED', 'open']);
  expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(desk.broker.frames.at(-1)?.leg).toMatchObject({ side: 'SELL', quantity: units(1) });
});

test('O-47: after the resume one order is tried and the others wait; accepted, the circuit breaker closes', () => {
  const { desk, ids } = opened();
  desk.wait(30_000);
  resume(desk);
  reach(desk, 7);
  expect(desk.broker.frames).toHaveLength(6);
  expect(ids.slice(5, 8).map((id) => desk.trigger(id).life)).toEqual(['fired', 'failed', 'failed']);
  expect(desk.order(desk.ref(ids[6]!)).note).toMatch(/^C-44: After rejections one order is being tried/);
  desk.openOrder(desk.ref(ids[5]!));
  expect(desk.stores.breaker.get('desk')?.state).toBe('closed');
  reach(desk, 8);
  expect(desk.broker.frames).toHaveLength(7);
});

test('O-47: each rejected try opens it again, for twice as long, up to sixteen minutes', () => {
  const file = new MemoryBreaker();
  const { desk } = opened(file);
  const waits: number[] = [];
  for (let at = 5; at < 12; at += 1) {
    const { until, since } = desk.stores.breaker.get('desk')!;
    waits.push((until - since) / 1_000);
    desk.wait(until - since - 1);
    expect(resumeDesk(desk.deskState, 'the test').ok).toBe(false);
    desk.wait(1);
    resume(desk);
    reach(desk, at);
    reject(desk);
    expect([desk.state, desk.broker.frames.length]).toEqual(['PAUSED', at + 1]);
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 960, 960]);
  expect(file.saved).toMatchObject({ state: 'open', openings: 8 });
});

test('O-47: a try that is never answered, cancelled or accepted and rejected after all does not close it', () => {
  const { desk } = opened();
  desk.wait(30_000);
  resume(desk);
  reach(desk, 5);
  desk.disconnect();
  expect(desk.order(desk.broker.frames[5]!.ref).state).toBe('UNKNOWN');
  desk.connect();
  desk.ends();
  desk.pnl();
  resume(desk);
  reach(desk, 6);
  expect([desk.broker.frames.length, desk.stores.breaker.get('desk')?.state]).toEqual([6, 'half-open']);
  desk.openOrder(desk.broker.frames[5]!.ref);
  expect(desk.stores.breaker.get('desk')?.state).toBe('closed');
  reject(desk, desk.broker.frames[5]!.ref);
  expect(desk.stores.breaker.get('desk')).toMatchObject({ state: 'open', openings: 2 });
});

test('O-47: a restart closes nothing: what an earlier run opened is open, also when its memory cannot be read', () => {
  const file = new MemoryBreaker();
  opened(file);
  const again = new CoreDesk({ breakerFile: file });
  again.core.start();
  again.connect();
  again.ends();
  again.pnl();
  expect(startDesk(again.deskState, 'the test').ok).toBe(false);
  expect(again.alarms().at(-1)).toMatch(/^The circuit breaker of an earlier run is still open \(C-44\)\. IB rejected 5 orders/);
  again.wait(40_000);
  expect(startDesk(again.deskState, 'the test').ok).toBe(true);
  expect(again.stores.breaker.get('desk')?.state).toBe('half-open');
  expect(file.saved?.state).toBe('half-open');
  // A death while one order is being tried does not make the next run trust.
  const third = new CoreDesk({ breakerFile: file });
  third.core.start();
  expect(third.stores.breaker.get('desk')?.state).toBe('open');
  file.broken = true;
  const broken = new CoreDesk({ breakerFile: file });
  broken.core.start();
  broken.connect();
  broken.ends();
  expect(startDesk(broken.deskState, 'the test').ok).toBe(false);
  broken.wait(30_000);
  expect(startDesk(broken.deskState, 'the test').ok).toBe(true);
});

test('O-47: a pause and a resume by the operator while one order is being tried change nothing', () => {
  const { desk } = opened();
  desk.wait(30_000);
  resume(desk);
  reach(desk, 5);
  pauseByOperator(desk.deskState, 'the test', 'lunch');
  resume(desk);
  reach(desk, 6);
  expect([desk.broker.frames.length, desk.stores.breaker.get('desk')?.state]).toEqual([6, 'half-open']);
});
