import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';

test('an outage between TWS and IB is reminded of while it lasts, although the socket stands, and its end is told with its length', () => {
  const desk = new CoreDesk().started();
  desk.wait(1_000);
  desk.upstream('down');
  desk.wait(61_000);
  expect(desk.alarms().filter((text) => text.includes('no connection to IB for 1 min'))).toHaveLength(1);
  desk.upstream('up');
  desk.wait(1_000);
  expect(desk.logs.map(({ text }) => text)).toContain('Connected again after 1 min 1 s.');
});
