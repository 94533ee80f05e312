import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CommitRecord, EARLIER_ORDERS_LOADED } from '#core/ports/journal';
import type { Order, OrderState } from '#domain/order';
import { CommitJournal } from '#journal/commit-journal';
import { numbersFrame, readEarlierOrders } from '#journal/earlier-orders';
import { CoreDesk } from '../../support/core/desk.ts';
import { FaultyFiles } from '../../support/journal/faulty-files.ts';
import { journalNames } from '../../support/journal/journal-desk.ts';
import { journalAt, journalDirectory } from '../../support/journal/journal-directory.ts';

const START = Date.UTC(2013, 9, 8, 14, 30);

function template(): Order {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  return desk.order(entry);
}
const TEMPLATE = template();

function order(key: string, state: OrderState, more: Partial<Order> = {}): Order {
  const { orderId: _id, clientId: _client, ...rest } = TEMPLATE;
  return { ...rest, key: key as Order['key'], ref: key as never, state, ...more };
}

function wrote(name: string, ...orders: readonly Order[]): Omit<CommitRecord, 'seq' | 'at'> {
  return {
    lane: 'order',
    name,
    cause: { kind: 'system', text: name },
    writes: orders.map((one) => ['orders', one.key, one] as const),
    effects: [],
    attempts: 1,
    digest: '0'.repeat(16),
  };
}

/** A run of the program that dies without closing its journal. */
function run(directory: string, commits: readonly Omit<CommitRecord, 'seq' | 'at'>[], maxBytes?: number): CommitJournal {
  const journal = journalAt(directory, START, maxBytes === undefined ? {} : { maxBytes });
  for (const commit of commits) journal.append({ ...commit, seq: journal.lastSeq + 1, at: START });
  return journal;
}

function states(directory: string): readonly (readonly [string, OrderState])[] {
  const read = readEarlierOrders(directory);
  if (!read.ok) throw new Error(read.error);
  expect(read.value).toMatchObject({ complete: true, damaged: 0 });
  return read.value.orders.map(({ key, state }) => [key, state] as const);
}

test('no journal, nothing to recall', () => {
  expect(readEarlierOrders(journalDirectory())).toMatchObject({ ok: true, value: { orders: [], complete: true } });
});

test('an order counts as its last cell says: on its way or at the broker, not what has ended', () => {
  const directory = journalDirectory();
  run(directory, [
    wrote('a', order('TD1-A', 'QUEUED'), order('TD1-B', 'QUEUED')),
    wrote('b', order('TD1-B', 'SUBMITTED')),
    wrote('c', order('TD1-C', 'ACCEPTED'), order('perm:7', 'HELD')),
    wrote('d', order('TD1-C', 'FILLED'), order('TD1-D', 'DENIED'), order('TD1-E', 'UNKNOWN')),
  ]);
  run(directory, []);
  expect(states(directory)).toEqual([
    ['TD1-A', 'QUEUED'],
    ['TD1-B', 'SUBMITTED'],
    ['perm:7', 'HELD'],
    ['TD1-E', 'UNKNOWN'],
  ]);
});

test('several runs that died before their first comparison are read together, and nothing before the last one that had one', () => {
  const directory = journalDirectory();
  run(directory, [wrote('a', order('TD1-OLD', 'ACCEPTED'))]);
  run(directory, [
    wrote('b', order('TD1-SEEN', 'ACCEPTED')),
    wrote(EARLIER_ORDERS_LOADED, order('TD1-LOST', 'UNKNOWN')),
    wrote('c', order('TD1-NEW', 'SUBMITTED')),
  ]);
  run(directory, [wrote('d', order('TD1-NEXT', 'QUEUED'))]);
  run(directory, []);
  expect(states(directory)).toEqual([
    ['TD1-SEEN', 'ACCEPTED'],
    ['TD1-LOST', 'UNKNOWN'],
    ['TD1-NEW', 'SUBMITTED'],
    ['TD1-NEXT', 'QUEUED'],
  ]);
});

test('files are read back over their rotation', () => {
  const directory = journalDirectory();
  run(
    directory,
    Array.from({ length: 40 }, (_, index) => wrote('a', order(`TD1-${index}`, index % 2 === 0 ? 'ACCEPTED' : 'FILLED'))),
    8_000,
  );
  expect(journalNames(directory).length).toBeGreaterThan(4);
  expect(states(directory).map(([key]) => key)).toEqual(Array.from({ length: 20 }, (_, index) => `TD1-${index * 2}`));
});

test('the numbers of a bracket are on file before it leaves, and stand in for those that no commit holds', () => {
  const directory = journalDirectory();
  const journal = run(directory, [wrote('fire', order('TD1-X-1-1-E', 'QUEUED'), order('TD1-X-1-1-S', 'QUEUED'))]);
  journal.frameAtOnce(
    numbersFrame(START, [
      { ref: 'TD1-X-1-1-E', clientId: 2, orderId: 501 },
      { ref: 'TD1-X-1-1-S', clientId: 2, orderId: 502 },
    ]),
  );
  const read = readEarlierOrders(directory);
  expect(read.ok && read.value.orders.map(({ orderId, clientId }) => [clientId, orderId])).toEqual([
    [2, 501],
    [2, 502],
  ]);
});

test('a journal that is too long to be read back says so and gives what it has', () => {
  const directory = journalDirectory();
  run(
    directory,
    Array.from({ length: 40 }, (_, index) => wrote('a', order(`TD1-${index}`, 'ACCEPTED'))),
    8_000,
  );
  const read = readEarlierOrders(directory, { maxBytes: 10_000 });
  expect(read.ok && read.value.complete).toBe(false);
  expect(read.ok && read.value.orders.at(-1)?.key).toBe('TD1-39');
});

test('a damaged line, and a cell that is none, are left out and counted', () => {
  const directory = journalDirectory();
  run(directory, [
    wrote('a', order('TD1-A', 'ACCEPTED')),
    wrote('b', order('TD1-B', 'ACCEPTED')),
    wrote('c', { key: 'TD1-C', state: 'ACCEPTED' } as Order),
  ]);
  const [name] = journalNames(directory).filter((one) => one.endsWith('.ndjson'));
  const path = join(directory, name ?? '');
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace('"TD1-A","ref"', '"TD1-a","ref"').replace('["orders","TD1-A"', '["orders","TD1-a"'),
  );
  const read = readEarlierOrders(directory);
  expect(read).toMatchObject({ ok: true, value: { damaged: 2 } });
  expect(read.ok && read.value.orders.map(({ key }) => key)).toEqual(['TD1-B']);
});

test('a disk that does not read is an error in words', () => {
  const directory = journalDirectory();
  run(directory, [wrote('a', order('TD1-A', 'ACCEPTED'))]);
  const files = new FaultyFiles();
  files.openToRead = () => {
    throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  };
  expect(readEarlierOrders(directory, { files })).toMatchObject({ ok: false, error: expect.stringContaining('cannot be read') as string });
});
