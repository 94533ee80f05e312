import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';

const SECOND = 1_000;

/** Armed, and the last price came with a desk clock that was 1.5 s ahead; then IB's time is told, and 2.5 s pass without a price. */
function afterTheClockIsSet(): CoreDesk {
  const desk = new CoreDesk();
  desk.started();
  desk.core.onServerTime(Math.floor(desk.clock.now() / SECOND), 0);
  const id = desk.waiting();
  const truly = desk.clock.now();
  desk.clock.sleep(2 * SECOND);
  desk.quote(179.9);
  desk.core.onServerTime(Math.floor(truly / SECOND), 0);
  desk.clock.advance(2_500);
  expect(desk.trigger(id).life).toBe('armed');
  return desk;
}

test('a quote does not become younger when the clock that its age is read on is set back', () => {
  const desk = afterTheClockIsSet();
  const [id] = [...desk.deskState.stores.triggers.keys()];
  const fired = id === undefined ? undefined : desk.deskState.registry.fireNow(id);
  expect(fired).toMatchObject({ ok: false });
  expect(fired?.ok === false ? fired.error : '').toContain('2.5 s old, the limit is 2.0 s');
});
