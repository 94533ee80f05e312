import { expect, test } from 'vitest';
import type { Reply } from '#protocol/commands';
import { COMMANDS } from '#protocol/commands';
import { ENGINE_STATES, type EngineState } from '#core/state/engine-state';
import { commit } from '#core/state/desk-state';
import type { ClientId, OrderId, OrderKey, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import { CoreConsole } from '../support/core/console.ts';
import { CoreDesk } from '../support/core/desk.ts';
import { DU, manualOrder, rulesOf } from '../support/core/fixtures.ts';
import { BAC, IBM, price, px } from '../support/core/trigger-fixtures.ts';

function refusal(reply: Reply<never>): string {
  return reply.ok ? 'ok' : reply.error.code;
}

function textOf(reply: Reply<never>): string {
  return reply.ok ? '' : reply.error.text;
}

/** Connected, reconciled, started; IBM known at the market data port only. */
function console_(): CoreConsole {
  const made = new CoreConsole();
  made.desk.started();
  made.desk.quote(179.9);
  return made;
}

async function armed(made: CoreConsole, spec: TriggerSpec = made.desk.spec()) {
  const reply = await made.arm(spec);
  if (!reply.ok) throw new Error(reply.error.text);
  return reply.value;
}

function version(made: CoreConsole, id: string): number {
  return made.desk.trigger(id as never).updatedAt;
}

test('preview, arm, fire, fill, why: the whole chain in the operator’s words', async () => {
  const made = console_();
  const { desk } = made;
  const spec = desk.spec(180, {}, { stop: { kind: 'price', price: px(179) } });
  const preview = await made.call('trigger.preview', { spec });
  expect(preview).toEqual({
    ok: true,
    value: {
      sentence: expect.stringMatching(/^When IBM's last price crosses above 180\.00, buy 100 at the market/) as string,
      note: expect.stringMatching(/^Now below the level by 0\.10 \(0\.06 %\)/) as string,
      verdict: { approved: true, control: null, text: expect.stringMatching(/notional 18 001 of 50 000/) as string },
      blocked: null,
      legs: ['Entry: BUY 100 MKT DAY', 'Stop: SELL 100 STP stop 179.00 DAY'],
      figures: '',
      needs: [],
      fingerprint: expect.stringMatching(/^[0-9a-z]+(\.[0-9a-z]+){7}$/) as string,
    },
  });
  expect(desk.stores.orders.size).toBe(0);
  const { id, seq } = await armed(made, spec);
  expect(seq).toBeGreaterThan(0);
  desk.quote(180.02);
  const ref = desk.ref(id);
  desk.fills(ref, 100, 180.03);
  const why = await made.call('order.why', { key: ref as string as OrderKey });
  expect(why.ok && why.value.steps.map((step) => `${step.title}: ${step.text}`)).toEqual([
    'Tick: last 179.90 → 180.02',
    `Rule IBM-1: ${desk.order(ref).cause?.sentence ?? ''}`,
    `Risk approved: ${desk.order(ref).cause?.verdict ?? ''}`,
    `Sent: BUY 100 IBM MKT (reference ${ref}, order 100, permId 1000100)`,
    'Acknowledged: IB answered after 0 ms.',
    'Fill: 100 at 180.03, commission not reported yet',
    'Now FILLED: filled at 180.03',
  ]);
  expect(made.faults).toEqual([]);
});

test('a preview says what would deny it and why it cannot be armed, and approves nothing', async () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.core.start();
  desk.know(IBM);
  desk.rules = rulesOf({ maxOrderShares: 50 });
  desk.connect();
  desk.ends();
  desk.pnl();
  desk.quote(179.9);
  const preview = await made.call('trigger.preview', { spec: desk.spec() });
  expect(preview).toMatchObject({
    ok: true,
    value: { verdict: { approved: false, control: 'C-01' }, blocked: expect.stringMatching(/The desk is IDLE.*Start it first/) as string },
  });
  expect(desk.stores.orders.size + desk.stores.triggers.size).toBe(0);
  expect(desk.deskState.ordersOut.totals().approved).toBe(0);
});

test('a contract TWS does not know is refused before anything is armed', async () => {
  const made = console_();
  const spec = made.desk.spec(180, {}, { contract: BAC });
  const reply = await made.arm(spec);
  expect(reply).toEqual({ ok: false, error: { code: 'unavailable', text: 'TWS does not know BAC.' } });
  expect(made.desk.deskState.registry.size).toBe(0);
});

test('an order of another program is out of reach, one that never left has nothing to cancel, an unknown one is not found', async () => {
  const made = console_();
  const { desk } = made;
  desk.news({ kind: 'open-order', order: manualOrder({ clientId: 9 as ClientId, permId: 5 as PermId, orderId: 4 as OrderId }) });
  expect(refusal((await made.call('order.cancel', { key: 'perm:5' as OrderKey })) as never)).toBe('not-allowed-now');
  expect(refusal((await made.call('order.cancel', { key: 'perm:6' as OrderKey })) as never)).toBe('not-found');
  const { id } = await armed(made);
  desk.rules = rulesOf({ maxOrderShares: 1 });
  desk.quote(180.02);
  expect(refusal((await made.call('order.cancel', { key: desk.ref(id) as string as OrderKey })) as never)).toBe('not-allowed-now');
  expect(desk.broker.cancels).toEqual([]);
});

test('cancel all of scope own leaves others alone, of scope all reaches by hand, and only with the exits asks for the global cancel', async () => {
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  desk.quote(180.02);
  desk.openOrder(desk.ref(id));
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: -3 as OrderId }) });
  desk.news({ kind: 'open-order', order: manualOrder({ clientId: 9 as ClientId, orderId: 8 as OrderId }) });
  expect((await made.call('orders.cancel-all', { scope: 'own' })).ok).toBe(true);
  expect(desk.broker.left.slice(2)).toEqual(['cancel 2:100']);
  expect((await made.call('orders.cancel-all', { scope: 'all', exits: 'cancel' })).ok).toBe(true);
  expect(desk.broker.left.slice(3)).toEqual(expect.arrayContaining(['cancel 0:-3', 'global-cancel']));
  expect(desk.alarms()).toEqual([]);
  expect((await made.call('orders.cancel-all', { scope: 'all' })).ok).toBe(true);
  expect(desk.broker.globalCancels).toBe(1);
  expect(desk.alarms()).toEqual([expect.stringContaining('can only be cancelled there or in TWS')]);
});

test('an older picture of a trigger cannot pause, disarm, edit or fire it', async () => {
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  const stale = version(made, id);
  desk.wait(1_000);
  expect((await made.call('trigger.pause', { id, expectedVersion: stale })).ok).toBe(true);
  const calls = [
    made.call('trigger.pause', { id, expectedVersion: stale }),
    made.call('trigger.resume', { id, expectedVersion: stale }),
    made.call('trigger.disarm', { id, expectedVersion: stale }),
    made.call('trigger.rearm', { id, expectedVersion: stale, fingerprint: 'old' }),
    made.edit(id, stale, desk.spec(181)),
    made.call('trigger.fire-now', { id, expectedVersion: stale }),
  ];
  for (const reply of await Promise.all(calls)) expect(refusal(reply as never)).toBe('conflict');
  expect(desk.trigger(id)).toMatchObject({ life: 'paused', gen: 1 });
  expect(desk.broker.frames).toEqual([]);
});

test('pause, resume, edit and disarm of a watcher do what they say', async () => {
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  const now = () => ({ id, expectedVersion: version(made, id) });
  expect((await made.call('trigger.pause', now())).ok).toBe(true);
  desk.quote(180.02);
  expect(desk.broker.frames).toEqual([]);
  expect(refusal((await made.call('trigger.fire-now', now())) as never)).toBe('not-allowed-now');
  desk.quote(179.9);
  expect((await made.call('trigger.resume', now())).ok).toBe(true);
  expect((await made.edit(id, version(made, id), desk.spec(181))).ok).toBe(true);
  expect(desk.trigger(id)).toMatchObject({ life: 'armed', gen: 2 });
  desk.quote(180.5);
  expect(desk.broker.frames).toEqual([]);
  expect((await made.call('trigger.disarm', now())).ok).toBe(true);
  desk.quote(181.5);
  expect(desk.broker.frames).toEqual([]);
  expect(desk.trigger(id).life).toBe('draft');
  expect(desk.market.subscribed.has(IBM.conId)).toBe(false);
});

test('an edit that is refused leaves the watcher as it was, market data included', async () => {
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  const bad = { ...desk.spec(181), expiresAt: desk.clock.now() - 1 };
  const reply = await made.edit(id, version(made, id), bad);
  expect(refusal(reply as never)).toBe('invalid-input');
  expect(desk.market.subscribed.has(IBM.conId)).toBe(true);
  for (let conId = 1; conId <= 94; conId += 1) desk.deskState.subscriptions.want(`w${conId}`, { ...BAC, conId: conId as never }, 'watcher');
  desk.know(BAC);
  const full = await made.edit(id, version(made, id), {
    ...desk.spec(181),
    condition: { kind: 'and', of: [desk.spec(181).condition, price(BAC, 'last', 'at-or-above', 13)] },
  });
  expect(refusal(full as never)).toBe('too-many');
  expect(desk.market.subscribed.has(IBM.conId)).toBe(true);
  desk.quote(180.02);
  expect(desk.trigger(id).life).toBe('fired');
});

test('fire now passes risk like any firing and reports its denial', async () => {
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  expect((await made.call('trigger.fire-now', { id, expectedVersion: version(made, id) })).ok).toBe(true);
  expect(desk.broker.frames).toHaveLength(1);
  expect(desk.order(desk.ref(id)).cause?.sentence).toMatch(/crosses above 180/);
  desk.rules = rulesOf({ maxPositionShares: 120 });
  const second = await armed(made, desk.spec(190, { name: 'B' }, { quantity: units(60) }));
  // The first firing gave its line back, and with it the price.
  desk.quote(179.9);
  const reply = await made.call('trigger.fire-now', { id: second.id, expectedVersion: version(made, second.id) });
  expect(refusal(reply as never)).toBe('denied-by-risk');
  expect(textOf(reply as never)).toMatch(/position would be 160 shares/);
  expect(desk.broker.frames).toHaveLength(1);
});

test('two watchers cannot carry one name, a symbol with an UNKNOWN order cannot be armed (I-37)', async () => {
  const made = console_();
  const { desk } = made;
  await armed(made);
  expect(textOf((await made.arm(desk.spec(185))) as never)).toMatch(/A trigger named IBM-1 is already armed/);
  desk.quote(180.02);
  desk.disconnect();
  desk.connect();
  desk.pnl();
  desk.ends();
  await made.call('engine.resume', {});
  const reply = await made.arm(desk.spec(185, { name: 'B' }));
  expect(refusal(reply as never)).toBe('not-allowed-now');
  expect(textOf(reply as never)).toMatch(/UNKNOWN/);
});

test('kill, its preview, and the two steps back are reachable by command; wrong words are refused', async () => {
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  desk.quote(180.02);
  desk.openOrder(desk.ref(id));
  desk.news({ kind: 'open-order', order: manualOrder() });
  const preview = await made.call('kill.preview', {});
  expect(preview).toMatchObject({
    ok: true,
    value: {
      own: { entries: ['BUY 100 IBM MKT'], protective: [] },
      others: { entries: ['BUY 100 IBM LMT 170.00'], protective: [] },
      positions: [],
    },
  });
  void made.call('kill', { scope: 'own', reason: 'test' });
  expect([desk.state, desk.broker.cancels.length]).toEqual(['EMERGENCY', 1]);
  expect(refusal((await made.call('engine.start', {})) as never)).toBe('not-allowed-now');
  expect(refusal((await made.call('engine.rearm.request', {})) as never)).toBe('not-allowed-now');
  expect((await made.call('engine.acknowledge', { reason: 'seen' })).ok).toBe(true);
  expect((await made.call('engine.rearm.request', {})).ok).toBe(true);
  const wrong = await made.call('engine.rearm.confirm', { phrase: 'yes' });
  expect(wrong).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  expect(desk.state).toBe('STOPPED');
  expect((await made.call('engine.rearm.confirm', { phrase: 'REARM DU1234567 K7QX' })).ok).toBe(true);
  expect(desk.state).toBe('IDLE');
});

test('flatten needs its confirmation, a position, and a desk that allows it', async () => {
  const made = console_();
  const { desk } = made;
  const ask = { account: DU, conId: IBM.conId, confirmed: true as const };
  expect(refusal((await made.call('position.flatten', ask)) as never)).toBe('not-found');
  const { id } = await armed(made);
  desk.quote(180.02);
  desk.fills(desk.ref(id), 100, 180.02);
  expect(refusal((await made.call('position.flatten', { ...ask, confirmed: false } as never)) as never)).toBe('invalid-input');
  expect((await made.call('engine.pause', {})).ok).toBe(true);
  expect((await made.call('position.flatten', ask)).ok).toBe(true);
  expect(desk.broker.frames[1]).toMatchObject({ clientId: 0, leg: { side: 'SELL', leg: 'F', quantity: units(100) } });
  desk.killBy();
  expect((await made.call('engine.acknowledge', { reason: 'x' })).ok).toBe(true);
  // The state no longer refuses; the close before the kill, which is being cancelled, does.
  expect(refusal((await made.call('position.flatten', ask)) as never)).toBe('conflict');
});

test('limits cannot be changed in EMERGENCY', async () => {
  const made = console_();
  made.desk.killBy();
  const patch = { patch: { limits: { maxOrderShares: 5_000 } } };
  expect(refusal((await made.call('settings.update', patch)) as never)).toBe('not-allowed-now');
  expect(made.patches).toEqual([]);
});

test('every answer to a command names the commit that holds the change', async () => {
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  desk.wait(1_000);
  for (const [name, input] of [
    ['trigger.pause', () => ({ id, expectedVersion: version(made, id) })],
    ['engine.pause', () => ({})],
    ['engine.resume', () => ({})],
    ['orders.cancel-all', () => ({ scope: 'own' as const })],
    ['engine.stop', () => ({})],
    ['kill', () => ({ scope: 'own' as const, reason: '' })],
  ] as const) {
    const before = desk.commits.seq;
    const reply = (await made.call(name, input())) as Reply<'kill'>;
    expect([name, reply.ok && reply.value.seq > before && reply.value.seq <= desk.commits.seq]).toEqual([name, true]);
  }
});

const UNREFUSED = ['kill', 'orders.cancel-all'] as const;

test.each(ENGINE_STATES)('in %s kill and cancels are obeyed, and no command sends an order that the table forbids', async (state) => {
  for (const name of UNREFUSED) {
    const made = console_();
    force(made.desk, state);
    expect((await made.call(name, name === 'kill' ? { scope: 'own', reason: 'x' } : { scope: 'own' })).ok).toBe(true);
  }
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  force(desk, state);
  await made.call('trigger.fire-now', { id, expectedVersion: version(made, id) });
  const may = state === 'SIGNAL_WAIT' || state === 'MANAGING';
  expect([state, desk.broker.frames.length]).toEqual([state, may ? 1 : 0]);
  const arm = await made.arm(desk.spec(190, { name: 'B' }));
  expect([state, arm.ok]).toEqual([state, ['SCANNING', 'SIGNAL_WAIT', 'MANAGING'].includes(desk.state)]);
});

function force(desk: CoreDesk, state: EngineState): void {
  commit(desk.deskState, 'order', 'force', { kind: 'system', text: 'test' }, (tx) => {
    tx.set(desk.stores.engine, 'desk', { state, since: 0, reason: 'the test put it there', step: 1 });
  });
}

test('nonsense of every kind is answered with a refusal, never with a defect', async () => {
  const made = console_();
  const inputs: readonly unknown[] = [{}, null, [], 'x', { id: 'x' }, { spec: {} }, { key: '\u0000' }, { scope: 'some' }, { conId: -1 }];
  for (const name of Object.keys(COMMANDS) as (keyof typeof COMMANDS)[])
    for (const input of inputs) {
      const reply = (await made.call(name, input as never)) as Reply<'kill'>;
      if (!reply.ok) expect(['invalid-input', 'not-allowed-now', 'too-many']).toContain(reply.error.code);
    }
  expect(made.faults).toEqual([]);
});

test('the screen sees engine, orders, fills, positions, watchers and the log as they are', async () => {
  const made = console_();
  const { desk } = made;
  const { id } = await armed(made);
  desk.quote(180.02);
  desk.fills(desk.ref(id), 100, 180.03);
  const frames = made.screen(['status', 'orders', 'fills', 'positions', 'watchers', 'log', 'quotes']);
  const text = JSON.stringify(frames);
  for (const part of ['"engine":"SCANNING"', desk.ref(id), '"FILLED"', '"fired"', 'Filled 100 IBM at 180.03', '180030000'])
    expect([part, text.includes(part)]).toEqual([part, true]);
});
