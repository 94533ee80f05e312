import { expect, test } from 'vitest';
import { units } from '#domain/quantity';
import { DEFAULT_SETTINGS, settings } from '#protocol/settings';
import { CoreConsole } from '../support/core/console.ts';
import { detailsOf, DU } from '../support/core/fixtures.ts';
import { acknowledged, heldBracket } from '../support/core/bracket.ts';
import { BAC, IBM, px } from '../support/core/trigger-fixtures.ts';

/** 100 IBM with target and stop, and the operator’s side of the desk. */
function held() {
  const scene = heldBracket();
  const made = new CoreConsole(scene.desk);
  scene.desk.market.known.set(IBM.conId, detailsOf(IBM));
  scene.desk.market.known.set(BAC.conId, detailsOf(BAC));
  return { ...scene, made };
}

function rowsOf(made: CoreConsole, topic: 'positions' | 'orders'): string {
  return JSON.stringify(made.screen([topic]));
}

test('flatten all closes every position, exits first, and the audit says who did it and what was held', async () => {
  const { desk, made, stop, target } = held();
  desk.know(BAC);
  desk.quote(10, BAC);
  desk.position(-50, BAC, 10);
  desk.coordinator.submit({
    lane: 'order',
    name: 'test',
    cause: { kind: 'system', text: 'a short of BAC' },
    run: (tx) => {
      const key = `${DU}:${BAC.conId}`;
      const position = tx.get(desk.stores.positions, key);
      if (position !== undefined) tx.set(desk.stores.positions, key, { ...position, quantity: units(-50) });
    },
  });
  expect(await made.call('positions.flatten-all', { confirmed: true })).toMatchObject({ ok: true });
  expect(desk.broker.frames.slice(3).map(({ leg, approved }) => [leg.leg, leg.side, leg.quantity, approved.value.contract.symbol])).toEqual(
    [['F', 'BUY', units(50), 'BAC']],
  );
  for (const ref of [stop, target]) desk.status(ref, 'Cancelled');
  expect(desk.broker.frames.at(-1)?.leg).toMatchObject({ leg: 'F', side: 'SELL', quantity: units(100) });
  const said = desk.logs.map(({ text }) => text);
  expect(said).toContain('console window flattens all: 100 IBM, -50 BAC.');
  expect(said).toContain('console window closed 100 of 100 IBM by hand.');
});

test('flatten all without the confirmation that the hold gives is refused', async () => {
  const { desk, made } = held();
  expect(await made.call('positions.flatten-all', {})).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  expect(desk.broker.cancels).toEqual([]);
});

test('a stop is made to trail through the door, and the blotter shows its distance and where it stands', async () => {
  const { desk, made, stop } = held();
  const input = { account: DU, conId: IBM.conId };
  expect(await made.call('position.trail', { ...input, trail: { kind: 'amount', amount: px(0.5) } })).toMatchObject({ ok: true });
  expect(rowsOf(made, 'positions')).toContain('the stop is being replaced by one that trails 0.50 behind');
  const { ref } = desk.broker.frames.at(-1) ?? expect.fail('nothing left');
  acknowledged(desk, ref, 'PreSubmitted', { stop: px(180.1) });
  desk.status(stop, 'Cancelled');
  const order = desk.order(ref);
  expect([order.type, order.trail, order.stop]).toEqual(['TRAIL', { kind: 'amount', amount: px(0.5) }, px(180.1)]);
  expect(rowsOf(made, 'orders')).toContain('"0.50"');
  for (const trail of [{ kind: 'amount', amount: 0 }, { kind: 'percent', basisPoints: 10_000 }, { kind: 'percent' }])
    expect(await made.call('position.trail', { ...input, trail } as never)).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
});

test('what is offered is on the position’s row, and goes when it is taken', async () => {
  const { desk, made, stop, target } = held();
  desk.status(stop, 'Cancelled');
  desk.wait(3_000);
  expect(rowsOf(made, 'positions')).toContain('its stop at 179.00 was cancelled at IB');
  expect(await made.call('position.resize-exits', { account: DU, conId: IBM.conId })).toMatchObject({ ok: false });
  expect(await made.call('position.protect', { account: DU, conId: IBM.conId, stop: px(179) })).toMatchObject({ ok: true });
  const { ref, leg } = desk.broker.frames.at(-1) ?? expect.fail('nothing left');
  expect(leg.ocaGroup).toBe(desk.order(target).ocaGroup);
  acknowledged(desk, ref, 'PreSubmitted');
  desk.wait(1_000);
  expect(rowsOf(made, 'positions')).not.toContain('its stop at 179.00 was cancelled at IB');
});

test('a settings file written before there were trailing stops still opens, and does not allow them', () => {
  const old = { ...DEFAULT_SETTINGS, allowed: { ...DEFAULT_SETTINGS.allowed, orderTypes: ['MKT', 'LMT', 'STP', 'STP LMT'] } };
  const read = settings.safeParse(JSON.parse(JSON.stringify(old)));
  expect(read.success ? read.data.allowed.orderTypes : read.error.message).toEqual(['MKT', 'LMT', 'STP', 'STP LMT']);
  expect(DEFAULT_SETTINGS.allowed.orderTypes).toContain('TRAIL');
});
