import { expect, test } from 'vitest';
import type { LinkProblem } from '#core/ports/broker';
import { CoreDesk } from '../../support/core/desk.ts';

/** A desk that was connected on a Tuesday; TWS has gone, and each attempt ends with this. */
function without(code: LinkProblem): CoreDesk {
  const desk = new CoreDesk().started();
  desk.wait(1_000);
  desk.disconnect();
  fails(desk, code);
  return desk;
}

function fails(desk: CoreDesk, code: LinkProblem): void {
  const problem = { code, text: `It failed: ${code}.` };
  desk.news({ kind: 'link', link: desk.link({ ready: false, upstream: 'unknown', problem }) });
}

function wanted(desk: CoreDesk): readonly string[] {
  return desk.alarms().filter((text) => text.startsWith('LOGIN REQUIRED'));
}

test.each(['port-closed', 'no-handshake', 'no-ids'] as const)(
  'TWS that is away for five minutes (%s) waits for a log-in, and that is said once',
  (code) => {
    const desk = without(code);
    desk.wait(4 * 60_000 + 50_000);
    expect(wanted(desk)).toEqual([]);
    desk.wait(15_000);
    expect(wanted(desk)).toEqual([expect.stringContaining('no connection to TWS for 5 min') as string]);
    expect(desk.stores.outage.get('desk')?.kind).toBe('login');
  },
);

test('an outage of another kind is no want of a log-in, and becomes none while it lasts', () => {
  const desk = without('connection-lost');
  desk.wait(20 * 60_000);
  expect([wanted(desk), desk.stores.outage.get('desk')?.kind]).toEqual([[], 'socket']);
});

test('a log-in that is waited for stays wanted although attempts fail in different ways, until the desk is connected', () => {
  const desk = without('port-closed');
  desk.wait(5 * 60_000 + 5_000);
  fails(desk, 'connection-lost');
  desk.wait(1_000);
  expect(desk.stores.outage.get('desk')?.kind).toBe('login');
  desk.connect();
  desk.wait(1_000);
  expect(desk.stores.outage.get('desk')?.kind).toBe('none');
  expect(desk.logs.some(({ text }) => text.startsWith('Connected again after 5 min'))).toBe(true);
});

test.each(['stopped', 'live-not-allowed', 'port-mismatch', 'account-changed'] as const)(
  'a link that waits for the operator’s word (%s) is no outage and is not reminded of',
  (code) => {
    const desk = new CoreDesk().started();
    desk.wait(1_000);
    const problem = { code, text: 'It waits for a word.' };
    desk.news({ kind: 'link', link: desk.link({ ready: false, upstream: 'unknown', problem }) });
    desk.wait(20 * 60_000);
    expect(desk.stores.outage.get('desk')?.kind).toBe('none');
    expect(desk.alarms().filter((text) => text.startsWith('No connection') || text.startsWith('LOGIN'))).toEqual([]);
  },
);

test('the reminders of an outage come at 1, 5, 10, 30 and 60 minutes, then each after twice the time, and none is told twice', () => {
  const desk = new CoreDesk().started();
  desk.wait(1_000);
  desk.upstream('down');
  const reminders = (): readonly string[] =>
    desk.alarms().flatMap((text) => /had no connection to IB for (.*)\. Nothing leaves/.exec(text)?.[1] ?? []);
  desk.wait(59_000);
  expect(reminders()).toEqual([]);
  desk.wait(250 * 60_000);
  expect(reminders()).toEqual(['1 min', '5 min', '10 min', '30 min', '1 h', '2 h', '4 h']);
});
