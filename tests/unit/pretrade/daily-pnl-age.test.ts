import { expect, test } from 'vitest';
import { dailyPnlAge } from '#core/pretrade/daily-pnl-age';
import { heldBracket } from '../../support/core/bracket.ts';

/** 100 IBM held, on a machine whose clock is so many seconds behind the broker's (ahead of it: below zero). */
function heldBehind(seconds: number) {
  const { desk } = heldBracket();
  desk.core.onServerTime(Math.round(desk.clock.now() / 1_000) + seconds, 0);
  return desk;
}

test.each([-45, -10, 0, 10, 45])(
  'O-38: with a clock %i s behind the broker’s the day’s figure is old only when a price came after it, by one clock',
  (seconds) => {
    const moved = heldBehind(seconds);
    moved.pnl(-10);
    moved.wait(10_000);
    moved.quote(180.6);
    moved.wait(51_000);
    expect(dailyPnlAge(moved.deskState, moved.clock.now())).toBe(61_000);

    const still = heldBehind(seconds);
    still.quote(180.6);
    still.wait(1_000);
    still.pnl(-10);
    still.wait(61_000);
    expect(dailyPnlAge(still.deskState, still.clock.now())).toBeUndefined();
  },
);
