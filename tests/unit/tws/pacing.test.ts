import { expect, test } from 'vitest';
import { PacingGate, type PacingLane } from '#tws/pacing/pacing-gate';
import { FakeClock } from '../../support/fake-clock.ts';

function gate() {
  const clock = new FakeClock();
  const made = new PacingGate({ clock, scheduler: clock }, () => ({ messagesPerSecond: 40, reserved: 10 }));
  const events: string[] = [];
  const source = {};
  const submit = (lane: PacingLane, name: string, more: { readonly cost?: number; readonly ttlMs?: number } = {}): string =>
    made.submit({
      cost: 1,
      ...more,
      lane,
      source,
      send: () => events.push(`sent ${name}`),
      dropped: (reason) => events.push(`dropped ${name}: ${reason}`),
    });
  return { clock, made, events, submit };
}

test('a flood of cancels leaves two places of each second to the kill', () => {
  const { events, submit } = gate();
  const cancels = Array.from({ length: 100 }, (_, index) => submit('cancel', `cancel ${index}`));
  expect(cancels.filter((outcome) => outcome === 'sent')).toHaveLength(38);
  expect([submit('kill', 'kill'), submit('kill', 'kill again'), submit('kill', 'a third')]).toEqual(['sent', 'sent', 'queued']);
  expect(events.slice(-2)).toEqual(['sent kill', 'sent kill again']);
});

test('a flood of orders leaves ten places of each second to what lowers risk', () => {
  const { submit } = gate();
  const orders = Array.from({ length: 60 }, (_, index) => submit('order', `order ${index}`));
  expect(orders.filter((outcome) => outcome === 'sent')).toHaveLength(30);
  const cancels = Array.from({ length: 10 }, (_, index) => submit('cancel', `cancel ${index}`));
  expect(cancels.filter((outcome) => outcome === 'sent')).toHaveLength(8);
});

test.each(['order', 'modify'] as const)('an %s that found no place within its time is not sent at an older price later', (lane) => {
  const { clock, events, submit } = gate();
  for (let cancel = 0; cancel < 200; cancel += 1) submit('cancel', 'cancel');
  expect(submit(lane, 'late', { ttlMs: 2_000 })).toBe('queued');
  clock.advance(2_000);
  const told = 'dropped late: It waited too long for a place in the message rate and was not sent.';
  expect(events.filter((event) => event.endsWith('late') || event.includes('late:'))).toEqual([told]);
  clock.advance(60_000);
  expect(events.filter((event) => event === 'sent late')).toEqual([]);
});

test('two changes of one order leave in the order in which they were wished, also when the first has to wait', () => {
  const { clock, events, submit } = gate();
  for (let order = 0; order < 30; order += 1) submit('order', 'order');
  submit('modify', 'to 181');
  clock.advance(999);
  submit('modify', 'to 182');
  clock.advance(1_000);
  expect(events.slice(-2)).toEqual(['sent to 181', 'sent to 182']);
});

test('a bracket takes as many places as it has legs', () => {
  const { made, submit } = gate();
  for (let bracket = 0; bracket < 10; bracket += 1) expect(submit('order', 'bracket', { cost: 3 })).toBe('sent');
  expect([submit('order', 'one more'), made.rate]).toEqual(['queued', 30]);
});

test('wherever a second begins, it holds no more than the limit', () => {
  const { clock, made, submit } = gate();
  clock.advance(900);
  for (let order = 0; order < 30; order += 1) submit('order', 'order');
  clock.advance(200);
  expect([submit('order', 'too early'), made.rate]).toEqual(['queued', 30]);
});

test('a burst of subscriptions leaves room for orders, and what is no subscription takes none of its places', () => {
  const { submit } = gate();
  for (let query = 0; query < 4; query += 1) expect(submit('query', 'query')).toBe('sent');
  const data = Array.from({ length: 40 }, (_, at) => submit('data', `data ${at}`));
  expect(data.filter((outcome) => outcome === 'sent')).toHaveLength(24);
  expect([submit('order', 'one'), submit('order', 'two'), submit('order', 'three')]).toEqual(['sent', 'sent', 'queued']);
});

test.each([
  ['modify', 200],
  ['order', 200],
  ['query', 500],
  ['data', 4_000],
] as const)('of the lane %s at most %d wait', (lane, most) => {
  const { submit } = gate();
  for (let cancel = 0; cancel < 60; cancel += 1) submit('cancel', 'cancel');
  const outcomes = Array.from({ length: most + 1 }, () => submit(lane, lane));
  expect(outcomes.slice(0, most).every((outcome) => outcome === 'queued')).toBe(true);
  expect(outcomes.at(-1)).not.toBe('queued');
});

test('after too many messages the rate is half for a minute', () => {
  const { clock, made, submit } = gate();
  made.slowDown();
  const leave = (): number => {
    const sent = Array.from({ length: 60 }, () => submit('order', 'order')).filter((outcome) => outcome === 'sent').length;
    made.purge(['order'], 'enough');
    return sent;
  };
  const slow = leave();
  clock.advance(59_999);
  expect([slow, leave()]).toEqual([10, 10]);
  clock.advance(1_001);
  expect(leave()).toBe(30);
});

test('what is stopped sends nothing more, and says so to each that waits', () => {
  const { clock, made, events, submit } = gate();
  for (let order = 0; order < 32; order += 1) submit('order', `order ${order}`);
  made.stop();
  clock.advance(10_000);
  expect(events.slice(30)).toEqual([30, 31].map((order) => `dropped order ${order}: The connection to TWS was stopped.`));
});
