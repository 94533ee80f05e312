import { expect, test } from 'vitest';
import { createPublisher } from '#desk/stream/publisher';
import { jsonSize } from '#desk/stream/json-size';
import { VersionedTable } from '#desk/stream/versioned-table';
import type { Frame } from '#protocol/stream';
import type { LogRow } from '#protocol/log-row';
import type { QuoteRow, StatusValue } from '#protocol/topics';

function quote(conId: number, bid: number, more: Readonly<Record<string, unknown>> = {}): QuoteRow {
  return { conId, symbol: 'IBM', bid, ask: bid + 1, ...more } as unknown as QuoteRow;
}

test('a new screen gets snapshots, then only the cells that changed', () => {
  const publisher = createPublisher();
  const frames: Frame[] = [];
  publisher.table('quotes').set(1, quote(1, 100));
  publisher.table('quotes').set(2, quote(2, 200));
  const subscriber = publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.flush(1_000, 7);
  subscriber.ack(1);
  publisher.table('quotes').set(2, quote(2, 201));
  publisher.table('quotes').set(3, quote(3, 300));
  publisher.table('quotes').delete(1);
  publisher.flush(1_200, 8);
  expect(frames).toEqual([
    {
      number: 1,
      commitSeq: 7,
      at: 1_000,
      updates: [
        {
          kind: 'table',
          topic: 'quotes',
          seq: 2,
          columns: ['conId', 'symbol', 'bid', 'ask'],
          rows: [
            [1, 'IBM', 100, 101],
            [2, 'IBM', 200, 201],
          ],
        },
      ],
    },
    {
      number: 2,
      commitSeq: 8,
      at: 1_200,
      updates: [
        {
          kind: 'table-patch',
          topic: 'quotes',
          fromSeq: 2,
          seq: 5,
          put: [[3, 'IBM', 300, 301]],
          figures: Float64Array.of(2, 2, 2, 201, 3, 202),
          del: [1],
        },
      ],
    },
  ]);
});

test('quotes are sent at most ten times a second, however often they change and the timer runs', () => {
  const publisher = createPublisher({ window: 1_000 });
  let sent = 0;
  publisher.subscribe(['quotes'], (frame) => {
    sent += frame.updates.length;
  });
  for (let now = 0; now < 10_000; now += 10) {
    publisher.table('quotes').set(1, quote(1, now));
    publisher.flush(now, 0);
  }
  expect(sent).toBeGreaterThanOrEqual(99);
  expect(sent).toBeLessThanOrEqual(101);
});

test('a screen that does not acknowledge gets two frames and nothing more; when it wakes it gets one snapshot of the present', () => {
  const publisher = createPublisher();
  const frames: Frame[] = [];
  const subscriber = publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  for (let i = 0; i < 100; i += 1) {
    publisher.table('quotes').set(1, quote(1, i));
    publisher.flush(i * 100, 0);
  }
  expect(frames.length).toBe(2);
  expect(publisher.stats()).toMatchObject({ frames: 2, conflated: 98, resyncs: 0 });
  subscriber.ack(2);
  publisher.flush(10_000, 0);
  subscriber.ack(3);
  publisher.flush(10_100, 0);
  expect(frames.slice(2)).toEqual([
    {
      number: 3,
      commitSeq: 0,
      at: 10_000,
      updates: [{ kind: 'table', topic: 'quotes', seq: 100, columns: ['conId', 'symbol', 'bid', 'ask'], rows: [[1, 'IBM', 99, 100]] }],
    },
  ]);
});

test('a short hiccup is bridged by one patch with the newest cells, not by a snapshot', () => {
  const publisher = createPublisher({ window: 1 });
  const frames: Frame[] = [];
  publisher.table('quotes').set(1, quote(1, 0));
  const subscriber = publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.flush(0, 0);
  for (let i = 1; i <= 20; i += 1) {
    publisher.table('quotes').set(1, quote(1, i));
    publisher.flush(i * 100, 0);
  }
  subscriber.ack(1);
  publisher.flush(2_100, 0);
  expect(frames.map((frame) => frame.updates)).toEqual([
    [expect.objectContaining({ kind: 'table' })],
    [{ kind: 'table-patch', topic: 'quotes', fromSeq: 1, seq: 21, figures: Float64Array.of(1, 2, 2, 20, 3, 21) }],
  ]);
});

test('an acknowledgement from the future, twice or of nonsense changes nothing', () => {
  const publisher = createPublisher();
  let frames = 0;
  const subscriber = publisher.subscribe(['quotes'], () => {
    frames += 1;
  });
  for (let i = 0; i < 10; i += 1) {
    publisher.table('quotes').set(1, quote(1, i));
    publisher.flush(i * 1_000, 0);
    for (const nonsense of [99, Number.NaN, -1, 1.5, Infinity]) subscriber.ack(nonsense);
  }
  expect(frames).toBe(2);
});

test('a screen that lost its acknowledgements starts again by asking for snapshots', () => {
  const publisher = createPublisher();
  const frames: Frame[] = [];
  const subscriber = publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  for (let i = 0; i < 5; i += 1) {
    publisher.table('quotes').set(1, quote(1, i));
    publisher.flush(i * 200, 0);
  }
  subscriber.resync(['quotes']);
  publisher.flush(1_200, 0);
  expect(frames.map((frame) => frame.updates.map((update) => update.kind))).toEqual([['table'], ['table-patch'], ['table']]);
});

test('a commit is only named once its rows are sent: orders at 30 Hz do not outrun positions at 10 Hz', () => {
  const publisher = createPublisher({ window: 100 });
  const commits: number[] = [];
  publisher.subscribe(['orders', 'positions'], (frame) => commits.push(frame.commitSeq));
  publisher.flush(0, 1);
  publisher.table('positions').set('p', { key: 'p', quantity: 1 } as never);
  publisher.flush(40, 2);
  publisher.table('orders').set('o', { key: 'o', filled: 1 } as never);
  publisher.flush(70, 3);
  publisher.flush(105, 3);
  expect(commits).toEqual([1, 1, 3]);
});

test('a quiet stream still breathes once a second, and tells of commits that changed nothing on screen', () => {
  const publisher = createPublisher({ window: 100 });
  const seen: { at: number; commitSeq: number; updates: number }[] = [];
  publisher.subscribe(['orders'], ({ at, commitSeq, updates }) => seen.push({ at, commitSeq, updates: updates.length }));
  for (let now = 0; now <= 2_000; now += 100) publisher.flush(now, now >= 500 ? 2 : 1);
  expect(seen).toEqual([
    { at: 0, commitSeq: 1, updates: 1 },
    { at: 500, commitSeq: 2, updates: 0 },
    { at: 1_500, commitSeq: 2, updates: 0 },
  ]);
});

test('a subscriber whose send throws is closed and does not disturb the others', () => {
  const faults: unknown[] = [];
  const publisher = createPublisher({ onFault: (error) => faults.push(error) });
  const frames: Frame[] = [];
  publisher.subscribe(['orders'], () => {
    throw new Error('the window is gone');
  });
  publisher.subscribe(['orders'], (frame) => frames.push(frame));
  publisher.flush(0, 1);
  publisher.flush(1_000, 2);
  expect({ frames: frames.length, faults: faults.map(String), subscribers: publisher.stats().subscribers }).toEqual({
    frames: 2,
    faults: ['Error: the window is gone'],
    subscribers: 1,
  });
});

test('screens in the same state share one encoded update', () => {
  const publisher = createPublisher();
  const frames: Frame[] = [];
  publisher.table('quotes').set(1, quote(1, 1));
  publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.flush(0, 0);
  publisher.table('quotes').set(1, quote(1, 2));
  publisher.flush(100, 0);
  expect(frames.length).toBe(4);
  expect(frames[1]!.updates[0]).toBe(frames[0]!.updates[0]);
  expect(frames[3]!.updates[0]).toBe(frames[2]!.updates[0]);
});

test('a sent snapshot does not change under its reader', () => {
  const publisher = createPublisher();
  const frames: Frame[] = [];
  publisher.table('quotes').set(1, quote(1, 1));
  publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.flush(0, 0);
  publisher.table('quotes').set(1, quote(1, 2));
  publisher.table('quotes').set(2, quote(2, 2, { halted: true }));
  expect(frames[0]!.updates[0]).toEqual({
    kind: 'table',
    topic: 'quotes',
    seq: 1,
    columns: ['conId', 'symbol', 'bid', 'ask'],
    rows: [[1, 'IBM', 1, 2]],
  });
});

test('an empty table names its key column, and the first row brings a snapshot with all columns', () => {
  const publisher = createPublisher();
  const frames: Frame[] = [];
  publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.flush(0, 0);
  publisher.table('quotes').set(1, quote(1, 1));
  publisher.flush(100, 0);
  expect(frames.map((frame) => frame.updates)).toEqual([
    [{ kind: 'table', topic: 'quotes', seq: 0, columns: ['conId'], rows: [] }],
    [{ kind: 'table', topic: 'quotes', seq: 1, columns: ['conId', 'symbol', 'bid', 'ask'], rows: [[1, 'IBM', 1, 2]] }],
  ]);
});

test('a row under another key than its own is a bug and says so', () => {
  const publisher = createPublisher();
  expect(() => publisher.table('quotes').set(2, quote(1, 1))).toThrow("quotes: the row's conId is not its key 2");
});

test('fields of a value travel only when their content changed', () => {
  const publisher = createPublisher();
  const frames: Frame[] = [];
  const status = (queue: number, lamp: string) => ({ queue, lamps: [{ name: 'socket', text: lamp }] }) as unknown as StatusValue;
  const subscriber = publisher.subscribe(['status'], (frame) => frames.push(frame));
  publisher.value('status').set(status(0, '12 ms'));
  publisher.flush(0, 0);
  subscriber.ack(1);
  publisher.value('status').set(status(1, '12 ms'));
  publisher.flush(100, 0);
  subscriber.ack(2);
  publisher.value('status').set(status(1, '12 ms'));
  publisher.flush(200, 0);
  expect(frames.map((frame) => frame.updates)).toEqual([
    [{ kind: 'value', topic: 'status', seq: 1, value: status(0, '12 ms') }],
    [{ kind: 'value-patch', topic: 'status', fromSeq: 1, seq: 2, set: { queue: 1 } }],
  ]);
});

test('memory stays flat while a screen sleeps: rows, deletions and log lines are bounded by what exists', () => {
  const table = new VersionedTable({ topic: 'orders', keyColumn: 'key', ring: null });
  const log = new VersionedTable({ topic: 'log', keyColumn: 'id', ring: 100 });
  for (let i = 0; i < 200_000; i += 1) {
    table.set(`k${i}`, { key: `k${i}`, filled: i });
    if (i >= 500) table.delete(`k${i - 500}`);
    log.set(i, { id: i, text: 'line' });
    // The sleeping screen holds version 0 for ever.
    if (i % 100 === 0) {
      table.trim(0);
      log.trim(0);
    }
  }
  expect({ rows: table.size, lines: log.size }).toEqual({ rows: 500, lines: 200 });
  expect(table.remembered).toBeLessThanOrEqual(1_500);
  expect(log.remembered).toBeLessThanOrEqual(1_200);
  expect(table.since(0)).toBeNull();
});

test('half a table changed is a snapshot, a few cells of every row are not', () => {
  const table = new VersionedTable({ topic: 'orders', keyColumn: 'key', ring: null });
  const row = (i: number, round: number, wide: boolean) => ({
    key: i,
    ...Object.fromEntries(Array.from({ length: 20 }, (_, c) => [`c${c}`, wide || c < 2 ? round : 0])),
  });
  for (let i = 0; i < 1_000; i += 1) table.set(i, row(i, 0, true));
  const first = table.version;
  for (let i = 0; i < 1_000; i += 1) table.set(i, row(i, 1, false));
  expect(table.since(first)?.update).toMatchObject({ kind: 'table-patch' });
  for (let i = 0; i < 1_000; i += 1) table.set(i, row(i, 2, true));
  expect(table.since(first)).toBeNull();
});

test('the log keeps its newest lines and tells the screen which ones left', () => {
  const publisher = createPublisher({ ring: 3 });
  const frames: Frame[] = [];
  const subscriber = publisher.subscribe(['log'], (frame) => frames.push(frame));
  for (let i = 1; i <= 5; i += 1) {
    publisher.table('log').set(i, { id: i, text: `line ${i}` } as unknown as LogRow);
    publisher.flush(i * 100, i);
    subscriber.ack(i);
  }
  publisher.flush(600, 5);
  expect(frames.map((frame) => frame.updates).slice(3)).toEqual([
    [{ kind: 'table-patch', topic: 'log', fromSeq: 3, seq: 4, put: [[4, 'line 4']] }],
    [{ kind: 'table-patch', topic: 'log', fromSeq: 4, seq: 6, put: [[5, 'line 5']], del: [1] }],
    [{ kind: 'table-patch', topic: 'log', fromSeq: 6, seq: 7, del: [2] }],
  ]);
});

test('the estimate of a size is near the size as JSON', () => {
  const value = {
    kind: 'table-patch',
    cells: [1, 3, 2, 20150, 3, -7, 5, 'IBM'],
    figures: Float64Array.of(7, 1, 2, 20150),
    flags: [true, null],
    deep: { a: [] },
  };
  expect(jsonSize(value) / JSON.stringify(value).length).toBeGreaterThan(0.85);
  expect(jsonSize(value) / JSON.stringify(value).length).toBeLessThan(1.25);
});

test('a row that died, lived and died again while a screen slept is gone from that screen', () => {
  const publisher = createPublisher();
  const frames: Frame[] = [];
  publisher.table('quotes').set(1, quote(1, 1));
  publisher.table('quotes').set(2, quote(2, 2));
  const sleeper = publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.flush(0, 0);
  sleeper.setPaused(true);
  publisher.table('quotes').delete(1);
  publisher.flush(100, 0);
  publisher.table('quotes').set(1, quote(1, 5));
  publisher.table('quotes').set(7, quote(7, 7));
  publisher.flush(200, 0);
  publisher.table('quotes').delete(1);
  publisher.table('quotes').delete(7);
  publisher.flush(300, 0);
  sleeper.setPaused(false);
  publisher.flush(400, 0);
  expect(frames.map((frame) => frame.updates).slice(1)).toEqual([[{ kind: 'table-patch', topic: 'quotes', fromSeq: 2, seq: 7, del: [1] }]]);
});

test('who slept through more deletions than are remembered gets a snapshot', () => {
  const table = new VersionedTable({ topic: 'orders', keyColumn: 'key', ring: null });
  for (let i = 0; i <= 1_500; i += 1) table.set(i, { key: i });
  const before = table.version;
  for (let i = 1; i <= 400; i += 1) table.delete(i);
  expect(table.since(before)?.update).toMatchObject({ kind: 'table-patch', del: expect.any(Array) as unknown });
  for (let i = 401; i <= 1_500; i += 1) table.delete(i);
  expect(table.since(before)).toBeNull();
  expect(table.snapshot().update).toEqual({ kind: 'table', topic: 'orders', seq: table.version, columns: ['key'], rows: [[0]] });
});

test('a row with a new column brings a snapshot, a row without an old one shows it as unknown', () => {
  const publisher = createPublisher({ window: 10 });
  const frames: Frame[] = [];
  publisher.table('quotes').set(1, quote(1, 1));
  publisher.table('quotes').set(2, quote(2, 1));
  publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.flush(0, 0);
  publisher.table('quotes').set(1, quote(1, 1, { halted: null }));
  publisher.flush(200, 0);
  publisher.table('quotes').set(1, { conId: 1, bid: 1, ask: 2, halted: true } as unknown as QuoteRow);
  publisher.flush(400, 0);
  expect(frames.slice(1).map((frame) => frame.updates[0])).toMatchObject([
    {
      kind: 'table',
      columns: ['conId', 'symbol', 'bid', 'ask', 'halted'],
      rows: [
        [1, 'IBM', 1, 2, null],
        [2, 'IBM', 1, 2, null],
      ],
    },
    { kind: 'table-patch', cells: [1, 2, 1, null, 4, true] },
  ]);
});

test('a few cells can be updated; the same row given again afterwards counts as a change back', () => {
  const publisher = createPublisher({ window: 10 });
  const frames: Frame[] = [];
  const row = quote(1, 100);
  publisher.table('quotes').set(1, row);
  publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  publisher.flush(0, 0);
  publisher.table('quotes').update(1, { bid: 105 } as unknown as Partial<QuoteRow>);
  publisher.flush(200, 0);
  publisher.table('quotes').update(1, { bid: 105, ask: 101 } as unknown as Partial<QuoteRow>);
  publisher.table('quotes').set(1, row);
  publisher.flush(400, 0);
  expect(frames.slice(1).map((frame) => frame.updates[0])).toMatchObject([
    { kind: 'table-patch', figures: Float64Array.of(1, 1, 2, 105) },
    { kind: 'table-patch', figures: Float64Array.of(1, 1, 2, 100) },
  ]);
  expect(() => publisher.table('quotes').update(2, {})).toThrow('quotes: there is no row 2 to update');
  expect(() => publisher.table('quotes').update(1, { nonsense: 1 } as never)).toThrow('quotes: nonsense is no cell to update');
});

test('a figure that is not finite is unknown on the screen, and comes back when it is known', () => {
  const publisher = createPublisher({ window: 10 });
  const frames: Frame[] = [];
  publisher.subscribe(['quotes'], (frame) => frames.push(frame));
  [1, Number.NaN, Infinity, 2, 2].forEach((bid, i) => {
    publisher.table('quotes').set(1, { conId: 1, bid } as unknown as QuoteRow);
    publisher.flush(i * 200, i);
  });
  expect(frames.flatMap((frame) => frame.updates)).toMatchObject([
    { kind: 'table', rows: [[1, 1]] },
    { kind: 'table-patch', cells: [1, 1, 1, null] },
    { kind: 'table-patch', figures: Float64Array.of(1, 1, 1, 2) },
  ]);
});
