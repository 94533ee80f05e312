import { expect, test } from 'vitest';
import { fire } from '#core/strategy/trigger/fire';
import { pauseByOperator, resumeDesk } from '#core/engine/operator-commands';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import type { Firing } from '#core/trigger/firing';
import type { ClientId, OrderId, OrderRef, TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import { err } from '#domain/result';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, rulesOf } from '../../support/core/fixtures.ts';
import { action, BAC, IBM, price, px, spec } from '../../support/core/trigger-fixtures.ts';

function firingOf(desk: CoreDesk, id: TriggerId): Firing {
  return {
    triggerId: id,
    gen: desk.trigger(id).gen,
    fire: 1,
    cause: 'tick',
    tick: { conId: IBM.conId, field: 'last', price: px(180.02), previous: px(179.9), at: desk.clock.now() },
    quote: desk.deskState.board.quote(IBM.conId) ?? { conId: IBM.conId, halted: false, liveType: 'live', updatedAt: 0 },
    sentence: 'a sentence',
  };
}

test('a crossing becomes exactly one order with its chain of causes', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired();
  expect(desk.broker.left).toEqual(['reconcile', `place ${entry}`]);
  expect(desk.state).toBe('MANAGING');
  expect(desk.trigger(id)).toMatchObject({ life: 'fired', fires: 1, gen: 1 });
  expect(desk.order(entry)).toMatchObject({
    key: entry,
    ref: entry,
    triggerId: id,
    leg: 'E',
    account: DU,
    side: 'BUY',
    type: 'MKT',
    tif: 'DAY',
    quantity: units(100),
    state: 'SUBMITTED',
    filled: 0,
    origin: 'trigger',
    orderId: 100,
    clientId: 2,
    cause: { triggerName: 'IBM-1', tick: { field: 'last', price: px(180.02), previous: px(179.9) } },
  });
  expect(desk.bugs).toEqual([]);
});

test('a bracket leaves as one request: parent, target and stop with fixed references and prices on the tick', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired({
    entry: { type: 'LMT', limitOffset: px(0.013) },
    target: { kind: 'percent', basisPoints: 100 },
    stop: { kind: 'percent', basisPoints: 50 },
  });
  // One OCA group for both exits, and its name is fixed too.
  const exit = { side: 'SELL', quantity: units(100), ocaGroup: `OCA-${entry}`, tif: 'DAY', outsideRth: false } as const;
  expect(desk.broker.frames.map((frame) => frame.leg)).toEqual([
    { ref: entry, leg: 'E', side: 'BUY', type: 'LMT', limit: px(180.04), quantity: units(100), tif: 'DAY', outsideRth: false },
    { ...exit, ref: desk.ref(id, 'T'), leg: 'T', type: 'LMT', limit: px(181.85) },
    { ...exit, ref: desk.ref(id, 'S'), leg: 'S', type: 'STP', stop: px(179.14) },
  ]);
  expect(desk.order(desk.ref(id, 'S')).parentKey).toBe(entry);
  expect(desk.order(desk.ref(id, 'T')).parentKey).toBe(entry);
});

test('the same firing delivered again sends nothing (I-01)', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const firing = firingOf(desk, id);
  for (let i = 0; i < 3; i += 1) fire(desk.deskState, firing, 0);
  desk.quote(180.02);
  expect(desk.broker.frames).toHaveLength(1);
  expect(desk.counter('firings without an armed trigger')).toBe(3);
});

test('a firing of an older generation sends nothing', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const old = firingOf(desk, id);
  desk.rearmTrigger(id);
  fire(desk.deskState, old, 0);
  expect(desk.trigger(id)).toMatchObject({ life: 'armed', gen: 2, fires: 0 });
  expect(desk.broker.frames).toEqual([]);
});

test('a re-armed trigger fires again under a new reference', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  desk.wait(11_000);
  desk.quote(179.9);
  desk.rearmTrigger(id);
  desk.quote(179.9);
  desk.quote(180.03);
  expect(desk.broker.frames.map((frame) => frame.ref)).toEqual([entry, `TD1-${id}-2-1-E`]);
});

test('two triggers crossed by the same tick both send, also when the first order waits for a message slot', () => {
  const desk = new CoreDesk();
  desk.started();
  desk.quote(179.9);
  const first = desk.arm(desk.spec(180, { name: 'A' }));
  const second = desk.arm(desk.spec(180, { name: 'B' }, { quantity: units(50) }));
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  expect([desk.trigger(first).life, desk.trigger(second).life]).toEqual(['fired', 'fired']);
  expect(desk.broker.waiting).toBe(2);
  desk.broker.releaseWaiting();
  expect(desk.broker.frames.map((frame) => frame.ref)).toEqual([desk.ref(first), desk.ref(second)]);
  expect(desk.order(desk.ref(second)).state).toBe('SUBMITTED');
});

test('a crossing is not lost while an earlier order waits for a message slot', () => {
  const desk = new CoreDesk();
  desk.started();
  desk.quote(179.9);
  const first = desk.arm(desk.spec(180, { name: 'A' }));
  const second = desk.arm(desk.spec(181, { name: 'B' }, { quantity: units(50) }));
  desk.broker.mode = 'queue';
  desk.quote(180.5);
  expect(desk.trigger(first).life).toBe('fired');
  desk.quote(181.2);
  desk.quote(180.9);
  expect(desk.trigger(second).life).toBe('fired');
});

test('an order that finds no message slot in time is denied, its trigger failed, and the desk watches on', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const other = desk.arm(desk.spec(190, { name: 'B' }));
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  desk.broker.dropWaiting('no slot within 2 s');
  expect(desk.order(desk.ref(id)).state).toBe('DENIED');
  expect(desk.trigger(id)).toMatchObject({ life: 'failed', reason: 'no slot within 2 s' });
  expect(desk.trigger(other).life).toBe('armed');
  expect(desk.state).toBe('SIGNAL_WAIT');
});

test('legs that did not leave with their parent are denied, not forgotten', () => {
  const desk = new CoreDesk();
  desk.broker.legsThatLeave = 1;
  const { id, entry } = desk.fired({ target: { kind: 'price', price: px(182) }, stop: { kind: 'price', price: px(179) } });
  expect([desk.order(entry).state, desk.order(desk.ref(id, 'T')).state, desk.order(desk.ref(id, 'S')).state]).toEqual([
    'SUBMITTED',
    'DENIED',
    'DENIED',
  ]);
  expect(desk.alarms().some((text) => text.startsWith('Not sent'))).toBe(true);
});

test('a risk denial is written down, fails the trigger and sends nothing', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.rules = rulesOf({ maxOrderShares: 50 });
  desk.quote(180.02);
  const entry = desk.ref(id);
  expect(desk.broker.frames).toEqual([]);
  expect(desk.order(entry)).toMatchObject({ state: 'DENIED' });
  expect(desk.order(entry).note).toMatch(/^C-01: Quantity 100 is above the limit of 50 shares/);
  expect(desk.trigger(id).life).toBe('failed');
  expect(desk.alarms()[0]).toMatch(/^Risk denied IBM-1 \(C-01\)/);
  expect(['SCANNING', 'SIGNAL_WAIT']).toContain(desk.state);
});

test('the fourth firing within ten minutes locks the trigger (C-09)', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  for (let gen = 2; gen <= 4; gen += 1) {
    desk.wait(11_000);
    desk.quote(179.9);
    desk.rearmTrigger(id);
    desk.quote(179.9);
    desk.quote(180.02);
    if (gen < 4) desk.fills(`TD1-${id}-${gen}-1-E` as OrderRef, 100, 180.02);
  }
  expect(desk.broker.frames).toHaveLength(3);
  expect(desk.trigger(id)).toMatchObject({ life: 'locked' });
  expect(desk.trigger(id).reason).toMatch(/fired 3 times within ten minutes, the limit is 3/);
});

test('firings spread over eight minutes count together: the fourth locks the trigger as well', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  for (let gen = 2; gen <= 4; gen += 1) {
    desk.wait(150_000);
    desk.pnl();
    desk.quote(179.9);
    desk.rearmTrigger(id);
    desk.quote(179.9);
    desk.quote(180.02);
    if (gen < 4) desk.fills(`TD1-${id}-${gen}-1-E` as OrderRef, 100, 180.02);
  }
  expect([desk.broker.frames.length, desk.trigger(id).life]).toEqual([3, 'locked']);
});

test('a firing by the timer meets the market as it is then: the quote of the tick that it saw last may be old', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const firing = firingOf(desk, id);
  desk.wait(5_000);
  fire(desk.deskState, { ...firing, cause: 'timer' }, 0);
  expect([desk.broker.frames, desk.trigger(id).life, desk.trigger(id).reason]).toEqual([[], 'failed', expect.stringContaining('old')]);
});

test('while paused nothing fires, and a crossing that happened meanwhile does not fire after resuming (I-20)', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  expect(pauseByOperator(desk.deskState, 'the test', 'a look').ok).toBe(true);
  desk.quote(180.5);
  expect(desk.trigger(id).life).toBe('armed');
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
  desk.quote(180.6);
  desk.quote(180.7);
  expect(desk.broker.frames).toEqual([]);
  desk.quote(179.5);
  desk.quote(180.1);
  expect(desk.broker.frames).toHaveLength(1);
});

test('a crossing while a resumed desk still reconciles does not fire, and the next one is not lost', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.disconnect();
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
  desk.connect();
  desk.pnl();
  expect(desk.state).toBe('INITIALIZING');
  for (const last of [179.5, 179.6, 180.5, 179.7]) desk.quote(last);
  desk.ends();
  expect(desk.state).toBe('SIGNAL_WAIT');
  expect(desk.broker.frames).toEqual([]);
  desk.quote(179.7);
  desk.quote(179.71);
  desk.quote(180.3);
  expect(desk.trigger(id).life).toBe('fired');
  expect(desk.broker.frames).toHaveLength(1);
});

test('a level that is still reached when a resumed desk has reconciled fires on a confirmed quote', () => {
  const desk = new CoreDesk();
  desk.started();
  desk.quote(179.9);
  const id = desk.arm({ ...desk.spec(), condition: price(IBM, 'last', 'at-or-above', 180) });
  desk.disconnect();
  resumeDesk(desk.deskState, 'the test');
  desk.connect();
  desk.pnl();
  for (const last of [180.5, 180.6, 180.7]) desk.quote(last);
  desk.ends();
  for (const last of [180.7, 180.71, 180.72]) desk.quote(last);
  expect(desk.trigger(id).life).toBe('fired');
});

test('what the journal cannot record is not sent, and the desk pauses (I-15)', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.journal.fail('the disk is full');
  desk.quote(180.02);
  expect(desk.broker.frames).toEqual([]);
  expect(desk.order(desk.ref(id)).state).toBe('DENIED');
  expect(desk.trigger(id).life).toBe('failed');
  expect(desk.state).toBe('PAUSED');
});

test('an order whose own record was lost is not sent, also when the journal is well again at once', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const append = desk.journal.append.bind(desk.journal);
  desk.journal.append = (record) => (record.name === 'trigger.fire' ? err('a passing fault') : append(record));
  desk.quote(180.02);
  expect(desk.broker.frames).toEqual([]);
  expect(desk.order(desk.ref(id)).state).toBe('DENIED');
});

test('an order that left although it had been given up is taken up and cancelled', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  desk.broker.dropWaiting('no slot');
  const ref = desk.ref(id);
  expect(desk.order(ref).state).toBe('DENIED');
  desk.news({ kind: 'order-sent', legs: [{ ref, orderId: 900 as OrderId, clientId: 2 as ClientId }], at: desk.clock.now() });
  expect(desk.order(ref)).toMatchObject({ state: 'PENDING_CANCEL', orderId: 900 });
  expect(desk.broker.cancels).toMatchObject([{ orderId: 900, clientId: 2 }]);
});

test('an order queued before the journal failed is refused at the wire', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  desk.journal.fail('the disk is full');
  desk.broker.releaseWaiting();
  expect(desk.broker.frames).toEqual([]);
  expect(desk.order(desk.ref(id)).state).toBe('DENIED');
});

test('the order trades another contract on that one’s own quote', () => {
  const desk = new CoreDesk();
  desk.started([IBM, BAC]);
  desk.quote(179.9);
  desk.quote(13.8, BAC);
  const id = desk.arm(desk.spec(180, {}, { contract: BAC, entry: { type: 'LMT', limitOffset: px(0.02) } }));
  desk.quote(180.02);
  expect(desk.broker.frameOf(desk.ref(id)).leg.limit).toBe(px(13.83));
});

test('a quote of the traded contract that is too old denies the order (C-05)', () => {
  const desk = new CoreDesk();
  desk.started([IBM, BAC]);
  desk.quote(179.9);
  desk.quote(13.8, BAC);
  const id = desk.arm(desk.spec(180, {}, { contract: BAC }));
  desk.wait(2_500);
  desk.quote(179.9);
  desk.quote(180.02);
  expect(desk.broker.frames).toEqual([]);
  expect(desk.trigger(id).reason).toMatch(/quote of BAC is 2\.5 s old, the limit is 2\.0 s/);
});

test('a side of the market that IB withdraws is unknown, not remembered', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.core.sink.info(IBM.conId, { kind: 'no-data', field: 'ask' }, desk.clock.now());
  expect(desk.deskState.board.quote(IBM.conId)?.ask).toBeUndefined();
  desk.ticks(IBM, { last: 180.02 });
  expect(desk.broker.frames).toEqual([]);
  expect(desk.trigger(id).reason).toMatch(/no two-sided market/);
});

test('a broken data farm holds the triggers of its contracts until it is back', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const farm = (state: 'ok' | 'broken') =>
    desk.news({ kind: 'link', link: desk.link({ farms: [{ name: 'usfarm', kind: 'market', state, since: 0 }] }) });
  farm('broken');
  desk.quote(180.02);
  expect(desk.broker.frames).toEqual([]);
  expect(desk.trigger(id).life).toBe('armed');
  farm('ok');
  desk.quote(180.03);
  expect(desk.broker.frames).toHaveLength(1);
});

test('triggers whose level is reached when they are armed fire one by one, also when the arming of the next comes between', () => {
  const desk = new CoreDesk().started([IBM, BAC]);
  desk.quote(180.5);
  desk.quote(17, BAC);
  const level = (contract: typeof IBM, at: number, name: string) =>
    spec(price(contract, 'last', 'at-or-above', at), { name, action: action(contract) });
  // As the console's commands come: armed, and the firing that is due leaves at the end of the turn.
  for (const wanted of [level(IBM, 170, 'one'), level(BAC, 10, 'two')]) {
    const armed = armAsSeen(desk.deskState, wanted, 'the test');
    expect(armed.ok).toBe(true);
  }
  desk.core.drainNow();
  desk.quote(180.5);
  desk.quote(17, BAC);
  expect([...desk.stores.triggers.values()].map(({ life, reason }) => [life, reason.includes('nothing was sent')])).toEqual([
    ['fired', false],
    ['fired', false],
  ]);
  expect(desk.broker.frames).toHaveLength(2);
});
