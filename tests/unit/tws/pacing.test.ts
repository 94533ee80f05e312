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
