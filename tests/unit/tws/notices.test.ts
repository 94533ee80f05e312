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
