import { expect, test } from 'vitest';
import type { LinkState } from '#core/ports/broker';
import { LiveConfirmation } from '../../../src-main/app/live-confirmation.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';

function confirmation(allowed: boolean, mismatch: boolean) {
  const desk = new CoreDesk().started();
  const made = new LiveConfirmation({ allowed, simulated: false, port: 7496 });
  let rechecks = 0;
  const problem = { code: 'port-mismatch', text: 'not the port of such an account' } as const;
  const adapter = {
    link: (): LinkState => desk.link(mismatch ? { problem } : {}),
    recheckLive: () => {
      rechecks += 1;
    },
  };
  const confirm = (account: string, phrase: string) => {
    const done = made.confirm({ account, phrase }, adapter, desk.core);
    return done.ok ? [made.isLive(), made.isPort(), rechecks] : done.error;
  };
  return { desk, made, confirm };
}

test('live trading takes the switch of the command line and the typed account', () => {
  expect(confirmation(false, false).confirm(DU, DU)).toContain('without --live');
  const { desk, made, confirm } = confirmation(true, false);
  expect(confirm(DU, 'yes')).toBe(`The words do not match. Type the account id ${DU}.`);
  expect([made.isLive(), made.isPort()]).toEqual([false, false]);
  expect(confirm(DU, ` ${DU} `)).toEqual([true, false, 1]);
  expect(desk.logs.at(-1)).toEqual({ level: 'alarm', text: `Live trading on ${DU} confirmed by the operator.` });
});

test('an account behind the port of another kind is confirmed by its id, and only the present one', () => {
  const { desk, confirm } = confirmation(false, true);
  expect(confirm('U7', 'U7')).toBe(`The words do not match. Type the account id ${DU}.`);
  expect(confirm(DU, DU)).toEqual([false, true, 1]);
  expect(desk.logs.at(-1)?.text).toBe(`Trading on ${DU} at port 7496 confirmed by the operator.`);
});

test('the embedded simulator needs no word about its port', () => {
  expect(new LiveConfirmation({ allowed: false, simulated: true, port: 1 }).isPort()).toBe(true);
});
