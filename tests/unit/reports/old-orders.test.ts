import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';
import { tell } from '../../support/core/told.ts';

test('a late refusal of an order of an earlier arming says nothing of the firing that came after it', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired();
  desk.openOrder(entry);
  desk.status(entry, 'Cancelled');
  desk.wait(11_000);
  desk.quote(179.9);
  desk.rearmTrigger(id);
  desk.quote(179.9);
  desk.quote(180.02);
  expect(desk.trigger(id)).toMatchObject({ life: 'fired', gen: 2 });
  tell(desk, 201, 'no margin');
  expect(desk.trigger(id)).toMatchObject({ life: 'fired', gen: 2 });
});
