import { expect, test } from 'vitest';
import { startDesk } from '#core/engine/operator-commands';
import { armRefusal } from '#core/strategy/trigger/arm-refusal';
import { portMismatch } from '#tws/link/account-port-check';
import { LinkBoard } from '#tws/link/link-board';
import { DEFAULT_RATES, PacingGate } from '#tws/pacing/pacing-gate';
import { CoreDesk } from '../support/core/desk.ts';
import { DU } from '../support/core/fixtures.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** The link's picture with a gateway at `port` that offers `account`. */
function boardAt(port: number, account: string, operator: { live?: boolean; port?: boolean } = {}, allowLive = false): LinkBoard {
  const clock = new FakeClock();
  const board = new LinkBoard({
    clock,
    pacing: new PacingGate({ clock, scheduler: clock }, () => DEFAULT_RATES),
    allowLive,
    liveConfirmed: () => operator.live ?? false,
    where: `127.0.0.1:${port}`,
    port,
    portConfirmed: () => operator.port ?? false,
  });
  board.started();
  board.opened(0, [account]);
  return board;
}

test.each([
  [7496, 'DU1234567', "Port 7496 is the live port of TWS by IB's defaults, but the account there is a paper account."],
  [4001, 'DU1234567', "Port 4001 is the live port of IB Gateway by IB's defaults, but the account there is a paper account."],
  [7497, 'U7654321', "Port 7497 is the paper port of TWS by IB's defaults, but the account there is a live account."],
  [4002, 'U7654321', "Port 4002 is the paper port of IB Gateway by IB's defaults, but the account there is a live account."],
  [7497, 'DU1234567', undefined],
  [4001, 'U7654321', undefined],
  [5000, 'U7654321', undefined],
] as const)('N-34: at port %i the account %s: %s', (port, account, sentence) => {
  expect(portMismatch(port, [account as never])).toBe(sentence);
});

test('N-34: a paper account at a live port: nothing is ready until the operator has confirmed the account', () => {
  const operator = { port: false };
  const board = boardAt(7496, 'DU1234567', operator);
  expect(board.problem()).toEqual({
    code: 'port-mismatch',
    text: "Port 7496 is the live port of TWS by IB's defaults, but the account there is a paper account. Nothing is sent until you have confirmed the account by typing its id.",
  });
  expect(board.state().ready).toBe(false);
  operator.port = true;
  expect([board.problem(), board.state().ready]).toEqual([undefined, true]);
});

test('N-34: a live account at a paper port: the mismatch is said beside what a live account needs anyway, and the typed id covers both', () => {
  const operator = { live: false };
  const board = boardAt(7497, 'U7654321', operator, true);
  expect(board.problem()?.code).toBe('live-not-allowed');
  expect(board.problem()?.text).toMatch(/Confirm live trading.* Port 7497 is the paper port of TWS/);
  expect(boardAt(7497, 'U7654321').problem()?.text).toMatch(/start with --live\. Port 7497 is the paper port of TWS/);
  operator.live = true;
  expect(board.problem()).toBeUndefined();
});

test.each(['port-mismatch', 'live-not-allowed'] as const)(
  'N-34: while %s stands the desk cannot be started, and nothing can be armed',
  (code) => {
    const desk = new CoreDesk();
    desk.core.start();
    desk.connect({ ready: false, accounts: [DU], problem: { code, text: 'Port 7496 is the live port, the account is paper.' } });
    expect(startDesk(desk.deskState, 'the test')).toEqual({
      ok: false,
      error: { code: 'not-allowed-now', text: 'Port 7496 is the live port, the account is paper.' },
    });
    expect(armRefusal(desk.deskState, desk.spec())?.code).toBe('not-allowed-now');
    desk.connect();
    desk.ends();
    expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  },
);
