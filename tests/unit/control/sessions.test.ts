import { expect, test } from 'vitest';
import { IDLE_MS, INVITATION_MS, LIFE_MS, type Session, Sessions } from '#control/sessions';
import { FakeClock } from '../../support/fake-clock.ts';

const MINUTE = 60_000;

function desk() {
  const clock = new FakeClock();
  clock.advance(12_345);
  const sessions = new Sessions(clock);
  const open = (scope: 'read' | 'kill' | 'operate' = 'operate'): { readonly token: string; readonly session: Session } => {
    const made = sessions.accept(sessions.invite(scope));
    if (made === null) throw new Error('no session');
    return made;
  };
  return { clock, sessions, open };
}

test('the list says of each session what it may do, how long it is open and silent, when it ends, and how many screens it has', () => {
  const { clock, sessions, open } = desk();
  const { session } = open('kill');
  clock.advance(5 * MINUTE);
  sessions.attach(session, () => undefined);
  sessions.saw(session);
  clock.advance(MINUTE);
  open('read');
  const rows = [
    { id: 1, scope: 'kill', openedAgo: 6 * MINUTE, silentFor: MINUTE, endsIn: LIFE_MS - 6 * MINUTE, screens: 1 },
    { id: 2, scope: 'read', openedAgo: 0, silentFor: 0, endsIn: LIFE_MS, screens: 0 },
  ];
  expect(sessions.list()).toEqual(rows);
});

test('a session without a screen ends after half an hour of silence, one with a screen goes on; by itself, without being asked', () => {
  const { clock, sessions, open } = desk();
  const [idle, watched] = [open(), open()];
  const ends: string[] = [];
  const leave = sessions.attach(watched.session, (how) => ends.push(how));
  clock.advance(IDLE_MS - 1);
  expect([typeof sessions.find(idle.token), sessions.find('x'.repeat(43))]).toEqual(['object', 'unknown']);
  clock.advance(1);
  expect([sessions.find(idle.token), typeof sessions.find(watched.token)]).toEqual(['expired', 'object']);
  leave();
  clock.advance(IDLE_MS - 1);
  expect(typeof sessions.find(watched.token)).toBe('object');
  const again = sessions.attach(watched.session, (how) => ends.push(how));
  clock.advance(LIFE_MS);
  // Nobody asks any more: the sweep of each minute ends it.
  expect(ends).toEqual(['expired']);
  again();
  sessions.close();
});

test('the sweep goes on minute by minute until the door is closed', () => {
  const { clock, sessions, open } = desk();
  const ends: string[] = [];
  for (let round = 1; round <= 3; round += 1) {
    sessions.attach(open().session, (how) => ends.push(how));
    clock.advance(LIFE_MS + MINUTE);
    expect(ends.length).toBe(round);
  }
  sessions.attach(open().session, (how) => ends.push(how));
  sessions.close();
  clock.advance(2 * LIFE_MS);
  expect(ends.length).toBe(3);
});

test('an address opens one session, for a quarter of an hour, and of many the last eight stand', () => {
  const { clock, sessions } = desk();
  const tokens = Array.from({ length: 9 }, () => sessions.invite('operate'));
  expect(tokens.map((token) => sessions.isInvitation(token))).toEqual([false, ...Array<boolean>(8).fill(true)]);
  expect([sessions.accept(tokens[8] ?? '') === null, sessions.accept(tokens[8] ?? '')]).toEqual([false, null]);
  clock.advance(INVITATION_MS - 1);
  expect(sessions.isInvitation(tokens[1] ?? '')).toBe(true);
  clock.advance(1);
  expect([sessions.isInvitation(tokens[1] ?? ''), sessions.accept(tokens[1] ?? '')]).toEqual([false, null]);
});

test('of nine sessions the oldest that nobody looks at goes, and when all are looked at, the oldest', () => {
  const { sessions, open } = desk();
  const made = Array.from({ length: 8 }, () => open());
  const cut: number[] = [];
  for (const { session } of [...made.slice(0, 3), ...made.slice(4)]) sessions.attach(session, () => cut.push(session.id));
  const ninth = open();
  expect([sessions.list().map(({ id }) => id), cut, sessions.find(made[3]?.token ?? '')]).toEqual([
    [1, 2, 3, 5, 6, 7, 8, 9],
    [],
    'expired',
  ]);
  sessions.attach(ninth.session, () => cut.push(9));
  open();
  expect(cut).toEqual([1]);
});

test('a revoked session is gone for all its screens and says so; the last 32 that ended are remembered', () => {
  const { sessions, open } = desk();
  const first = open();
  const ends: string[] = [];
  for (let screen = 0; screen < 2; screen += 1) sessions.attach(first.session, (how) => ends.push(how));
  expect([sessions.revoke(1), sessions.revoke(1), sessions.revoke(99)]).toEqual([true, false, false]);
  expect([ends, sessions.find(first.token), sessions.list()]).toEqual([['revoked', 'revoked'], 'revoked', []]);
  for (let other = 0; other < 31; other += 1) sessions.revoke(open().session.id);
  expect(sessions.find(first.token)).toBe('revoked');
  sessions.revoke(open().session.id);
  expect(sessions.find(first.token)).toBe('unknown');
});
