import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBreakerFile, openDrafts, openIdHighWater, openKillLatch } from '#app/desk-files';
import { earlierOrders } from '#app/earlier-orders';
import { SettingsStore } from '#app/settings-store';
import { ORDER_STATES } from '#core/order/order-life';
import type { OrderKey } from '#domain/ids';
import { isOrderState, type Order } from '#domain/order';
import { units } from '#domain/quantity';
import { writesTo } from '#journal/cell';
import { readEarlierOrders } from '#journal/earlier-orders';
import { readEntry, writtenNames } from '#journal/earlier-words';
import { type Entry, parseEntry } from '#journal/entry';
import { exportAudit } from '#journal/export-audit';
import { readOrderHistory } from '#journal/order-history';
import { listOrders } from '#journal/order-list';
import { replayJournal } from '#workers/replay-journal';
import { CoreDesk } from '../../support/core/desk.ts';
import { journalLines } from '../../support/journal/journal-desk.ts';
import { journalAt } from '../../support/journal/journal-directory.ts';
import { keyIn01, leftBy01, STATES_01 } from '../../support/journal/version-0-1.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { BRACKET } from '../../support/core/bracket.ts';

const START = Date.UTC(2013, 9, 8, 14, 30);
const HOUR = 3_600_000;
const [ENTRY, TARGET, STOP] = ['E', 'T', 'S'].map((leg) => `TD1-T0000001-1-1-${leg}`) as [string, string, string];
/** The order of the run before the one that had taken over. */
const BEFORE = 'TD1-T0000002-1-1-E';
const ENDED = ['CANCELLED', 'EXPIRED', 'REJECTED', 'FILLED', 'DENIED', 'ABORTED_BY_KILL'] as const;
const NOW: Readonly<Record<string, string>> = {
  PARTIAL: 'PARTIALLY_FILLED',
  MODIFY_PENDING: 'PENDING_REPLACE',
  CANCEL_PENDING: 'PENDING_CANCEL',
};

function earlier(journal: string) {
  const read = readEarlierOrders(journal);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

function found(journal: string, key: OrderKey): Order {
  return earlier(journal).orders.find((order) => order.key === key) ?? expect.fail(`${key} is forgotten`);
}

/** The journal's entries, by one of the two ways to read them. */
function entries(journal: string, read: typeof readEntry): readonly Entry[] {
  return journalLines(journal).map((line) => {
    const entry = read(JSON.stringify((JSON.parse(line) as { readonly body: unknown }).body));
    return entry.ok ? entry.value : expect.fail(entry.error);
  });
}

test('each order of the version before comes back in the state it was in, in the words of today, and no other', () => {
  const { journal } = leftBy01();
  const { orders, ...rest } = earlier(journal);
  expect(rest).toMatchObject({ complete: true, damaged: 0, unreadStates: new Map() });
  const alive = STATES_01.filter((state) => !(ENDED as readonly string[]).includes(state));
  expect(new Map(orders.map(({ key, state }) => [key as string, state as string]))).toEqual(
    new Map([
      [ENTRY, 'PARTIALLY_FILLED'],
      [TARGET, 'ACCEPTED'],
      [STOP, 'ACCEPTED'],
      ...alive.map((state) => [keyIn01(state), NOW[state] ?? state] as const),
    ]),
  );
});

test('the run that had taken over is known by the name its commit had then: nothing before it is asked after', () => {
  const { journal } = leftBy01();
  const whole = readFileSync(join(journal, readdirSync(journal)[0] ?? ''), 'utf8');
  expect(whole.match(/"kind":"run-started"/g)).toHaveLength(2);
  expect(whole.includes(BEFORE)).toBe(true);
  expect(earlier(journal).orders.map(({ key }) => key)).not.toContain(BEFORE);
  expect(writtenNames('orders.restored')).toEqual(['orders.restored', 'orders.recalled']);
});

test('what an order keeps beside its state has the words of today, too, and the numbers of the bracket are found', () => {
  const { journal } = leftBy01();
  const changes = (['MODIFY_PENDING', 'CANCEL_PENDING', 'UNKNOWN'] as const).map((state) => found(journal, keyIn01(state)).change?.from);
  expect(changes).toEqual(['PARTIALLY_FILLED', 'PENDING_REPLACE', 'PENDING_CANCEL']);
  const partly = found(journal, keyIn01('PARTIAL'));
  expect(partly).toMatchObject({ filled: units(40), changedExternallyAt: expect.any(Number) as number });
  expect(Object.keys(partly)).not.toContain('changedOutsideAt');
  expect(found(journal, keyIn01('QUEUED'))).toMatchObject({ clientId: 2, orderId: 777 });
});

test('every word of every line is one of today, and what is no word of the table stays as it was written', () => {
  const { journal } = leftBy01();
  const now = entries(journal, readEntry);
  const then = entries(journal, parseEntry);
  const states = now.flatMap((entry) => (entry.kind === 'commit' ? writesTo(entry, 'orders').map(({ cell }) => cell?.state) : []));
  expect(new Set(states)).toEqual(new Set(ORDER_STATES));
  const names = now.flatMap((entry) => (entry.kind === 'commit' ? [entry.name] : []));
  expect(names).toEqual(expect.arrayContaining(['orders.restored', 'exits.resize', 'order.reopened']));
  const offers = now.flatMap((entry) => (entry.kind === 'commit' ? entry.writes.filter(([store]) => store === 'offers') : []));
  expect(offers.map(([, , offer]) => (offer as { readonly kind?: string } | null)?.kind)).toContain('resize-exits');
  expect(JSON.stringify(now)).not.toMatch(
    /"(PARTIAL|MODIFY_PENDING|CANCEL_PENDING|changedOutsideAt|mend|order\.revived|exits\.trim|orders\.recalled)"/,
  );
  // Nothing but these words differs.
  const back = (text: string): string =>
    [
      ['PARTIALLY_FILLED', 'PARTIAL'],
      ['PENDING_REPLACE', 'MODIFY_PENDING'],
      ['PENDING_CANCEL', 'CANCEL_PENDING'],
      ['changedExternallyAt', 'changedOutsideAt'],
      ['resize-exits', 'mend'],
      ['order.reopened', 'order.revived'],
      ['exits.resize', 'exits.trim'],
      ['orders.restored', 'orders.recalled'],
    ].reduce((told, [word = '', old = '']) => told.replaceAll(`"${word}"`, `"${old}"`), text);
  expect(now.map((entry) => back(JSON.stringify(entry)))).toEqual(then.map((entry) => JSON.stringify(entry)));
});

test('checksums, chain, checkpoint and digests are those of the words as written: the old files are intact, also when today’s run goes on behind them', async () => {
  const { journal } = leftBy01();
  const intact = {
    ok: true,
    value: { verified: { runs: 2, gaps: [], findings: [], tornEnd: false, head: { seq: expect.any(Number) as number } } },
  };
  const before = replayJournal(journal, 1);
  expect(before).toMatchObject(intact);
  const commits = before.ok ? before.value.verified.commits : 0;
  expect(before.ok && before.value.runs.map((run) => run.brokenBy)).toEqual([undefined, undefined]);
  expect(commits).toBeGreaterThan(40);
  // The next run, by today's program, in the same directory.
  const next = journalAt(journal, START + 3 * HOUR);
  expect([next.lastSeq, next.status().state]).toEqual([before.ok && before.value.verified.lastSeq, 'ready']);
  const today = new CoreDesk({ startAfter: next.lastSeq, startAt: START + 3 * HOUR, earlier: earlier(journal).orders }).started();
  for (const record of today.journal.records) expect(next.append(record).ok).toBe(true);
  await next.close();
  expect(replayJournal(journal, 1)).toMatchObject({ ok: true, value: { verified: { runs: 3, gaps: [], findings: [] } } });
  // It has taken over: what it could not find at IB is what the run after it begins with.
  expect(new Set(earlier(journal).orders.map(({ state }) => state))).toEqual(new Set(['UNKNOWN']));
});

test('the history of an order that the version before wrote is told in the words of today', () => {
  const { journal } = leftBy01();
  const read = readOrderHistory(journal, ENTRY);
  if (!read.ok) throw new Error(read.error);
  expect(read.value).toMatchObject({ complete: true, damaged: 0, trouble: [] });
  const told = read.value.entries.flatMap(({ entry }) =>
    entry.kind === 'commit' ? [[entry.name, writesTo(entry, 'orders').find(({ key }) => key === ENTRY)?.cell?.state] as const] : [],
  );
  expect(told).toEqual([
    ['trigger.arm', undefined],
    ['trigger.arm', undefined],
    ['trigger.fire', 'QUEUED'],
    ['order.sent', 'SUBMITTED'],
    ['order.open', 'ACCEPTED'],
    ['fill', 'PARTIALLY_FILLED'],
    ['order.modify', 'PENDING_REPLACE'],
    ['order.open', 'PARTIALLY_FILLED'],
    ['orders.cancel', 'PENDING_CANCEL'],
    ['order.status', 'CANCELLED'],
    ['order.open', 'CANCELLED'],
    ['order.reopened', 'PARTIALLY_FILLED'],
  ]);
  const list = listOrders(journal);
  const states = list.ok ? list.value.orders.find(({ key }) => key === ENTRY)?.states : [];
  expect(states?.slice(3, 6)).toEqual(['PARTIALLY_FILLED', 'PENDING_REPLACE', 'PARTIALLY_FILLED']);
});

test('the audit trail of the version before shows the words of today, and a cancel is one', () => {
  const { journal } = leftBy01();
  let text = '';
  const done = exportAudit(journal, { format: 'json', write: (more) => (text += more) });
  expect(done).toMatchObject({ ok: true, value: { damaged: 0 } });
  const rows = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Readonly<Record<string, string | null>>);
  for (const { before, after } of rows) for (const word of [before, after]) expect(word === null || isOrderState(word)).toBe(true);
  // By the state alone: the commit that made them names no cancel.
  expect(rows.filter(({ order }) => order === keyIn01('CANCEL_PENDING')).map(({ kind, after }) => [kind, after])).toEqual([
    ['cancel', 'PENDING_CANCEL'],
  ]);
  expect(rows.map(({ name }) => name)).toContain('order.reopened');
});

/** Cells as a program writes them that has other states than this one: one of a new word, one of none, and one that this version takes for ended. */
function ofAnotherVersion(body: string): string {
  const cell = (state: (typeof STATES_01)[number], to: string): ((text: string) => string) => {
    const from = `"ref":"${keyIn01(state)}"`;
    return (text) => {
      const at = text.indexOf(from);
      return at < 0 ? text : text.slice(0, at) + text.slice(at).replace(`"state":"${state}"`, to);
    };
  };
  return [cell('HELD', '"state":"HIBERNATING"'), cell('ACCEPTED', '"state":7'), cell('FILLED', '"state":"ENDED"')].reduce(
    (text, alter) => alter(text),
    body,
  );
}

test('an order in a state that this version does not know is UNKNOWN and looked up; the word is kept, counted and said once', () => {
  const { journal } = leftBy01(ofAnotherVersion);
  const keys = [keyIn01('ACCEPTED'), keyIn01('HELD'), keyIn01('FILLED')];
  expect(keys.map((key) => found(journal, key).state)).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
  expect(earlier(journal)).toMatchObject({
    damaged: 0,
    unreadStates: new Map([
      [keyIn01('ACCEPTED'), 'no state'],
      [keyIn01('HELD'), 'HIBERNATING'],
      [keyIn01('FILLED'), 'ENDED'],
    ]),
  });
  // By way of the builder's port into a desk whose broker lists nothing.
  const { orders, unreadStates, trouble } = earlierOrders(journal)();
  expect(trouble).toBeUndefined();
  const desk = new CoreDesk({ startAfter: 5_000, earlier: orders, ...(unreadStates === undefined ? {} : { earlierStates: unreadStates }) });
  desk.core.start();
  desk.connect();
  desk.ends();
  for (const [key, word] of unreadStates ?? []) {
    expect(desk.order(key)).toMatchObject({
      state: 'UNKNOWN',
      note: `the last run had it as ${word}; IB does not list it, asking again`,
    });
    expect(desk.deskState.index.exposed().map((order) => order.key)).toContain(key);
  }
  expect(desk.order(keyIn01('CANCEL_PENDING')).note).toContain('as PENDING_CANCEL;');
  expect(desk.counter('earlier.unread-states')).toBe(3);
  const said = desk.alarms().filter((text) => text.includes('does not know'));
  expect(said).toEqual([
    'Orders of earlier runs whose state this version does not know (no state, HIBERNATING, ENDED) are taken for UNKNOWN: 3.',
  ]);
});

test('an order whose other figures cannot be read is counted as damaged, as before', () => {
  const { journal } = leftBy01((body) => body.replace(`"key":"${keyIn01('HELD')}"`, '"key":0'));
  expect(earlier(journal)).toMatchObject({ damaged: 1, unreadStates: new Map() });
});

test('the states that files are asked for are those of the table', () => {
  expect(ORDER_STATES.every(isOrderState)).toBe(true);
  for (const word of ['PARTIAL', 'MODIFY_PENDING', 'CANCEL_PENDING', '', undefined, 'toString']) expect(isOrderState(word)).toBe(false);
});

test('the state files of the version before are read as they are', () => {
  const { data } = leftBy01();
  const said: string[] = [];
  const warn = (text: string): number => said.push(text);
  expect(openKillLatch(data, new FakeClock(), { isIntact: () => true }).read()).toEqual({
    set: true,
    reason: 'the operator’s kill',
    scope: 'all',
    exits: 'cancel',
  });
  expect(openIdHighWater(data, warn).read()).toBe(1_542);
  expect(openBreakerFile(data).read()).toEqual({
    ok: true,
    value: { state: 'half-open', since: START, openings: 2, until: START + HOUR, reason: 'five rejections' },
  });
  const drafts = openDrafts(data, () => undefined, warn).load();
  expect(drafts).toEqual({ ok: true, value: [{ id: 'AAAAAAAA', gen: 103, spec: new CoreDesk().spec(180, {}, BRACKET) }] });
  expect(new SettingsStore(data).fault).toBeNull();
  expect(said).toEqual([]);
});
