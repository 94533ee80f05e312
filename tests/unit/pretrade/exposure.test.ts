import { expect, test } from 'vitest';
import { dailyPnlAge } from '#core/pretrade/daily-pnl-age';
import { embargo } from '#core/pretrade/trading-state';
import { RESET_WINDOWS } from '#domain/reset-window';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { rulesOf } from '../../support/core/fixtures.ts';
import { IBM, newYork } from '../../support/core/trigger-fixtures.ts';

test('an order that waits for a message slot counts against the limits of the next one', () => {
  const desk = new CoreDesk();
  desk.rules = rulesOf({ maxPositionShares: 150 });
  desk.waiting();
  const second = desk.arm(desk.spec(181, { name: 'B' }, { quantity: units(90) }));
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  desk.wait(1_000);
  desk.quote(181.02);
  expect(desk.broker.waiting).toBe(1);
  expect([desk.trigger(second).life, desk.trigger(second).reason]).toEqual(['failed', expect.stringContaining('150')]);
});

test('the day’s figure grows old while the price of a position moves without a new one, long or short', () => {
  for (const shares of [100, -100]) {
    const desk = new CoreDesk();
    desk.core.start();
    desk.connect();
    desk.position(shares);
    desk.ends();
    desk.know(IBM);
    desk.quote(180);
    desk.pnl();
    expect([shares, dailyPnlAge(desk.core.view, desk.clock.now())]).toEqual([shares, undefined]);
    desk.wait(70_000);
    desk.quote(181);
    expect([shares, dailyPnlAge(desk.core.view, desk.clock.now())]).toEqual([shares, 70_000]);
  }
});

test('nothing new is sent in the minute before IB resets its systems: what is written then may be lost', () => {
  const at = (clock: string): string | undefined => {
    const desk = new CoreDesk({ startAt: newYork(clock) });
    desk.rules = { ...rulesOf(), resetWindows: RESET_WINDOWS.NA };
    return embargo(desk.core.view);
  };
  expect([at('00:13:59'), at('00:14:01'), at('00:16')].map((said) => said !== undefined)).toEqual([false, true, true]);
});
