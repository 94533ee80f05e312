import { expect, test } from 'vitest';
import type { ClientId } from '#domain/ids';
import { dispositionOf, noticeRule } from '#tws/notice/notice-table';
import { Notices } from '#tws/notice/notices';

const about = (modified: boolean) => ({ kind: 'order' as const, modified });
const request = { kind: 'request' as const, modified: false };
const system = { kind: 'none' as const, modified: false };

function raw(code: number, id = -1, text = 'text', clientId = 0): Parameters<Notices['classify']>[0] {
  return { clientId: clientId as ClientId, id, code, text };
}

test('a code that is not in the table is shown and looked up, for orders, requests and the system alike', () => {
  expect([about(false), about(true), request, system].map((subject) => dispositionOf(77_777, 'new', subject))).toEqual([
    'look-up',
    'look-up',
    'look-up',
    'look-up',
  ]);
  expect(noticeRule(77_777)).toMatchObject({ severity: 'warning', disposition: 'look-up' });
});

test('what rejects an order only fails a request', () => {
  expect([200, 321, 322].map((code) => dispositionOf(code, '', request))).toEqual(['request-failed', 'request-failed', 'request-failed']);
});

test('connectivity and farms are the link’s, never an order’s', () => {
  expect(
    [1100, 1101, 1102, 1300, 2103, 2104, 2105, 2106, 2107, 2108, 2110, 2119, 2157, 2158, 326].map((code) =>
      dispositionOf(code, '', system),
    ),
  ).toEqual(Array.from({ length: 15 }, () => 'link'));
});

test('repeats over connections and time are told once, also 50 of them; after a quiet while again', () => {
  const notices = new Notices(() => false);
  const told = Array.from({ length: 50 }, (_, i) => notices.classify(raw(1100, -1, 'lost', i % 3), i * 300));
  expect(told.filter((notice) => notice !== undefined)).toHaveLength(1);
  expect(notices.classify(raw(1100, -1, 'lost'), 30_000)?.code).toBe(1100);
});

test('two farms are two pieces of news', () => {
  const notices = new Notices(() => false);
  const told = ['usfarm', 'eufarm', 'usfarm'].map(
    (farm) => notices.classify(raw(2103, -1, `Market data farm connection is broken:${farm}`), 0)?.text,
  );
  expect(told).toEqual(['Market data farm connection is broken:usfarm', 'Market data farm connection is broken:eufarm', undefined]);
});

test('notices about an order are all told', () => {
  const notices = new Notices(() => false);
  expect([1, 2, 3].map(() => notices.classify(raw(110, 7), 0)?.orderId)).toEqual([7, 7, 7]);
});

test('text is made safe to show: no controls, no direction marks, no endless lines', () => {
  const notices = new Notices(() => false);
  const notice = notices.classify(raw(201, 7, `Order\u0000 rejected\u202e<b>\r\n${'x'.repeat(900)}`), 0);
  expect(notice?.text.startsWith('Order rejected <b> xxx')).toBe(true);
  expect(notice?.text).toHaveLength(500);
});

test.each([
  ['Order Canceled - reason:Margin', 'Margin'],
  ['Order Canceled - reason:  ', undefined],
  ['Order Canceled - reason:', undefined],
  ['Order Canceled', undefined],
])('a cancel that says %j gives the reason %j', (text, reason) => {
  const notice = new Notices(() => false).classify(raw(202, 7, text), 0);
  expect(notice?.brokerReason).toBe(reason);
  expect(Object.hasOwn(notice ?? {}, 'brokerReason')).toBe(reason !== undefined);
});

test('a rejection gives no such reason, and what is about no order names none', () => {
  const notices = new Notices(() => false);
  expect(notices.classify(raw(201, 7, 'Order rejected - reason:Margin'), 0)).not.toHaveProperty('brokerReason');
  expect(notices.classify(raw(1100), 0)).not.toHaveProperty('orderId');
});

test('a repeat is news again after five seconds, and only of the same subject', () => {
  const notices = new Notices(() => false);
  const told = (id: number, at: number): boolean => notices.classify(raw(162, id, 'no data'), at) !== undefined;
  const question = 2_000_000_001;
  expect([told(question, 0), told(question + 1, 0), told(question, 4_999), told(question, 9_999), told(question, 14_998)]).toEqual([
    true,
    true,
    false,
    true,
    false,
  ]);
});

test('five hundred pieces of news are remembered, the oldest is forgotten first', () => {
  const notices = new Notices(() => false);
  const told = (text: string): boolean => notices.classify(raw(2103, -1, text), 0) !== undefined;
  for (let farm = 0; farm < 500; farm += 1) told(`farm ${farm}`);
  expect([told('farm 0'), told('one more'), told('farm 2'), told('farm 1')]).toEqual([false, true, false, true]);
});

test('what a code says and what it advises are not each other', () => {
  expect(noticeRule(114).says).toBe('Relative orders are for stocks only.');
  expect(noticeRule(114).advice).not.toBe(noticeRule(114).says);
});
