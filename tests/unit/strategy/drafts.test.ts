import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';

test('a trigger that has fired is not offered to the next run: its order would leave a second time', () => {
  const desk = new CoreDesk();
  const { id } = desk.fired();
  const other = desk.arm(desk.spec(190, { name: 'B' }));
  expect(desk.trigger(id).life).toBe('fired');
  expect(desk.saved.map((draft) => draft.id)).toEqual([other]);
});
