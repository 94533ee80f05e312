import { expect, test } from 'vitest';
import { startDesk } from '#core/engine/operator-commands';
import { decide } from '#core/reconciliation/adoption';
import { units } from '#domain/quantity';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import { heldBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { restartedAfter } from '../../support/core/earlier-run.ts';
import { DU } from '../../support/core/fixtures.ts';
import { changes } from '../../support/core/left.ts';
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

test('an exit found at the start that the operator told the desk to leave alone is not made to fit, an adopted one is', () => {
  for (const word of ['ignore', 'adopt'] as const) {
    const { desk: dead, stop } = heldBracket();
    const desk = restartedAfter(dead);
    const tell = (): void => {
      desk.news({ kind: 'open-order', order: dead.openOrderOf(stop, 'PreSubmitted') });
      desk.position(50);
      desk.ends();
    };
    tell();
    desk.pnl();
    desk.quote(180.5);
    expect(decide(desk.deskState, `position:${DU}:${IBM.conId}`, 'adopt', 'the test').ok).toBe(true);
    expect(decide(desk.deskState, `order:${stop}`, word, 'the test').ok).toBe(true);
    desk.disconnect();
    desk.connect();
    tell();
    desk.wait(4_000);
    expect([word, changes(desk)]).toEqual([word, word === 'adopt' ? [[stop, units(50)]] : []]);
  }
});
