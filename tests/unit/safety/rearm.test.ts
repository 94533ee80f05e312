import { expect, test } from 'vitest';
import { acknowledgeKill, confirmRearm, flatten, pauseByOperator, requestRearm, startDesk } from '#core/engine/operator-commands';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import type { ClientId, OrderId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder, MemoryLatchFile } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

test('EMERGENCY leads only to STOPPED, and STOPPED to IDLE only by phrase and a reconciled book', () => {
  const desk = new CoreDesk();
  desk.waiting();
  desk.killBy();
  expect(startDesk(desk.deskState, 'the test').ok).toBe(false);
  expect(requestRearm(desk.deskState, 'the test').ok).toBe(false);
  expect(confirmRearm(desk.deskState, 'the test', 'REARM DU1234567 K7QX').ok).toBe(false);
  expect(pauseByOperator(desk.deskState, 'the test', 'x').ok).toBe(false);
  expect(acknowledgeKill(desk.deskState, 'the test', 'seen').ok).toBe(true);
  expect(desk.state).toBe('STOPPED');
  expect(confirmRearm(desk.deskState, 'the test', 'REARM DU1234567 K7QX').ok).toBe(false);
  expect(requestRearm(desk.deskState, 'the test').ok).toBe(true);
  const wrong = confirmRearm(desk.deskState, 'the test', 'rearm du1234567 k7qx');
  expect(wrong).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  desk.disconnect();
  expect(confirmRearm(desk.deskState, 'the test', 'REARM DU1234567 K7QX').ok).toBe(false);
  desk.connect();
  expect(confirmRearm(desk.deskState, 'the test', 'REARM DU1234567 K7QX').ok).toBe(false);
  desk.ends();
  desk.latchFile.failing = true;
  expect(confirmRearm(desk.deskState, 'the test', 'REARM DU1234567 K7QX').ok).toBe(false);
  expect(desk.deskState.latch.isSet()).toBe(true);
  desk.latchFile.failing = false;
  expect(confirmRearm(desk.deskState, 'the test', 'REARM DU1234567 K7QX').ok).toBe(true);
  expect([desk.state, desk.deskState.latch.isSet(), desk.latchFile.stored]).toEqual(['IDLE', false, undefined]);
  expect([...desk.stores.triggers.values()].map((trigger) => trigger.life)).toEqual(['draft']);
});

test('another kill between the two steps of re-arming makes the phrase void', () => {
  const desk = new CoreDesk().started();
  desk.killBy();
  acknowledgeKill(desk.deskState, 'the test', 'seen');
  requestRearm(desk.deskState, 'the test');
  desk.killBy();
  acknowledgeKill(desk.deskState, 'the test', 'seen');
  expect(confirmRearm(desk.deskState, 'the test', 'REARM DU1234567 K7QX').ok).toBe(false);
});

test('after a re-arm the desk trades again, and orders approved before the kill stay outlawed', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  const approved = desk.journal.records.flatMap((record) => record.effects).find((effect) => (effect as { kind: string }).kind === 'place');
  expect(approved).toBeDefined();
  desk.killBy();
  desk.broker.mode = 'wire';
  desk.rearm();
  startDesk(desk.deskState, 'the test');
  desk.wait(11_000);
  desk.quote(179.9);
  const again = desk.rearmTrigger(id);
  desk.quote(179.9);
  desk.quote(180.02);
  expect(desk.broker.frames.map((frame) => frame.ref)).toEqual([`TD1-${again}-2-1-E`]);
});

test('a latch of an earlier run starts the desk in EMERGENCY, disarmed, and keeps the gate shut', () => {
  const latchFile = new MemoryLatchFile();
  latchFile.stored = 'the operator: fat finger';
  const desk = new CoreDesk({ latchFile, drafts: [{ id: 'AAAAAAAA' as never, gen: 4, spec: new CoreDesk().spec() }] });
  desk.core.start();
  expect([desk.state, desk.deskState.latch.isSet(), desk.deskState.latch.reason()]).toEqual([
    'EMERGENCY',
    true,
    'the operator: fat finger',
  ]);
  desk.connect();
  desk.ends();
  desk.pnl();
  desk.know(IBM);
  expect(startDesk(desk.deskState, 'the test')).toMatchObject({ ok: false, error: { code: 'not-allowed-now' } });
  expect(desk.trigger('AAAAAAAA' as never)).toMatchObject({ life: 'draft', gen: 4 });
  expect(armAsSeen(desk.deskState, desk.spec(), 'the test').ok).toBe(false);
  desk.rearm();
  expect([desk.state, desk.latchFile.stored]).toEqual(['IDLE', undefined]);
});

test.each([
  ['own', 'keep', []],
  ['all', 'keep', []],
  ['all', 'cancel', [-7]],
] as const)('the kill of an earlier run, of %s orders with exits to %s, goes on as it was meant', (scope, exits, taken) => {
  const latchFile = new MemoryLatchFile();
  latchFile.set('the operator: fat finger', 0, scope, exits);
  const desk = new CoreDesk({ latchFile });
  desk.core.start();
  desk.connect();
  desk.position(100);
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: -7 as OrderId, side: 'SELL', limit: px(190) }) });
  expect([desk.kill?.scope, desk.kill?.exits]).toEqual([scope, exits]);
  // The same press once more, before anything is known, widens nothing.
  desk.killBy(scope, 'again', exits);
  desk.ends();
  desk.wait(5_000);
  expect([desk.kill?.scope, desk.kill?.exits]).toEqual([scope, exits]);
  expect(new Set(desk.broker.cancels.map(({ orderId }) => orderId as number))).toEqual(new Set(taken));
});

test('a flatten in EMERGENCY is one reduce-only order; a second press is refused, a later one is possible', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  desk.killBy();
  expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  const [first] = desk.broker.frames.slice(1);
  expect(first?.leg).toMatchObject({ leg: 'F', side: 'SELL', type: 'MKT', quantity: units(100) });
  expect(flatten(desk.deskState, DU, IBM.conId, 'the test')).toMatchObject({ ok: false });
  expect(desk.broker.frames).toHaveLength(2);
  if (first === undefined) throw new Error('no flatten left');
  desk.openOrder(first.ref);
  desk.fill(first.ref, 40, 180);
  desk.status(first.ref, 'Cancelled', 40);
  expect(desk.held()?.quantity).toBe(units(60));
  const again = flatten(desk.deskState, DU, IBM.conId, 'the test');
  expect(again).toMatchObject({ ok: true });
  expect(desk.broker.frames[2]?.leg).toMatchObject({ leg: 'F', quantity: units(60) });
  expect(desk.broker.frames[2]?.ref).not.toBe(first.ref);
});

test('a flatten that could not leave can be pressed again', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  desk.killBy();
  desk.broker.mode = 'refuse';
  flatten(desk.deskState, DU, IBM.conId, 'the test');
  desk.broker.mode = 'wire';
  expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(desk.broker.frames).toHaveLength(2);
});

test('a flatten of the next run never repeats a reference of the last', () => {
  const refs = [0, 5_000].map((startAfter) => {
    const desk = new CoreDesk({ startAfter });
    desk.started();
    desk.quote(180);
    desk.position(100);
    const { entry } = { entry: undefined };
    expect(entry).toBeUndefined();
    desk.news({
      kind: 'execution',
      live: true,
      contract: IBM,
      execution: {
        execId: 'x.01' as never,
        account: DU,
        conId: IBM.conId,
        side: 'BUY',
        quantity: units(100),
        price: px(180),
        cumQuantity: units(100),
        avgPrice: px(180),
        orderId: 0 as OrderId,
        permId: 77 as never,
        clientId: 0 as ClientId,
        time: '',
        at: 0,
      },
    });
    desk.wait(3_000);
    desk.position(100);
    desk.end('positions');
    expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
    return desk.broker.frames[0]?.ref;
  });
  expect(new Set(refs).size).toBe(2);
});

test('a kill that is pressed again does not make the emergency younger', () => {
  const desk = new CoreDesk().started();
  desk.killBy();
  const since = desk.stores.engine.get('desk')?.since;
  desk.wait(5_000);
  desk.killBy();
  expect(desk.stores.engine.get('desk')).toMatchObject({ state: 'EMERGENCY', since });
});
