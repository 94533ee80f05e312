import { expect, test } from 'vitest';
import { startDesk } from '#core/engine/operator-commands';
import { decide } from '#core/reconciliation/adoption';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM } from '../../support/core/trigger-fixtures.ts';

test('a position found at the start, long or short, keeps everything from being armed until the operator has decided on it', () => {
  for (const shares of [100, -100]) {
    const desk = new CoreDesk();
    desk.core.start();
    desk.connect();
    desk.position(shares);
    desk.ends();
    desk.pnl();
    desk.know(IBM);
    desk.quote(179.9);
    expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
    const barred = armAsSeen(desk.deskState, desk.spec(), 'the test');
    expect([shares, barred.ok ? 'armed' : barred.error.text]).toEqual([shares, expect.stringContaining('wait for your decision')]);
    expect(decide(desk.deskState, `position:${DU}:${IBM.conId}`, 'adopt', 'the test').ok).toBe(true);
    expect([shares, armAsSeen(desk.deskState, desk.spec(), 'the test').ok]).toEqual([shares, true]);
  }
});
