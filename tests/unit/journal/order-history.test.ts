import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CommitRecord } from '#core/ports/journal';
import type { JournalFrame } from '#journal/frame-buffer';
import { readOrderHistory } from '#journal/order-history';
import { listOrders } from '#journal/order-list';
import { CoreDesk } from '../../support/core/desk.ts';
import { FaultyFiles } from '../../support/journal/faulty-files.ts';
import { journalNames } from '../../support/journal/journal-desk.ts';
import { journalAt, journalDirectory } from '../../support/journal/journal-directory.ts';

const START = Date.UTC(2013, 9, 8, 14, 30);
const HOUR = 3_600_000;

/** A run of the program: its commits are numbered on from the journal's, and their times moved to `at`. */
async function run(
  directory: string,
  records: readonly CommitRecord[],
  options: { readonly at?: number; readonly frames?: readonly JournalFrame[]; readonly maxBytes?: number } = {},
): Promise<number> {
  const at = options.at ?? START;
  const journal = journalAt(directory, at, options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes });
  const after = journal.lastSeq;
  for (const record of records) journal.append({ ...record, seq: after + record.seq, at: record.at - START + at });
  for (const frame of options.frames ?? []) journal.frame(frame);
  await journal.close();
  return after;
}

/** One order from its arming to its last fill, and a second one of the same desk. */
function day(): { readonly records: readonly CommitRecord[]; readonly entry: string; readonly other: string } {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.status(entry, 'Submitted');
  const second = desk.arm(desk.spec(181, { name: 'B' }, { side: 'SELL' }));
  desk.quote(180.5);
  desk.wait(60_000);
  desk.pnl();
  desk.quote(181.02);
  desk.fill(entry, 40, 180.03);
  desk.fill(entry, 30, 180.04);
  desk.fill(entry, 30, 180.05);
  return { records: desk.journal.records, entry, other: desk.ref(second) };
}

function names(
  entries: readonly { readonly entry: { readonly kind: string; readonly name?: string; readonly text?: string } }[],
): string[] {
  return entries.map(({ entry }) => (entry.kind === 'frame' ? `frame ${entry.text ?? ''}` : (entry.name ?? '')));
}

describe('the history of an order', () => {
  test('is everything that earlier runs wrote about it, oldest first, with the run of each', async () => {
    const directory = journalDirectory();
    const { records, entry, other } = day();
    await run(directory, records, { maxBytes: 4_000 });
    const after = await run(directory, new CoreDesk().started().journal.records, { at: START + 30 * HOUR });
    expect(journalNames(directory).length).toBeGreaterThan(4);
    const read = readOrderHistory(directory, entry);
    if (!read.ok) throw new Error(read.error);
    const { entries, ...rest } = read.value;
    expect(names(entries)).toEqual(['trigger.arm', 'trigger.fire', 'order.sent', 'order.open', 'fill', 'fill', 'fill']);
    expect(new Set(entries.map(({ run: began }) => began))).toEqual(new Set([START]));
    const seqs = entries.map(({ entry: told }) => told.seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(rest).toEqual({
      complete: true,
      damaged: 0,
      trouble: [],
      bytesRead:
        journalNames(directory).reduce((sum, name) => sum + readFileSync(join(directory, name)).length, 0) + readTwice(directory, entries),
    });
    expect(after).toBe(records.length);
    // The other order's lines are its own.
    const second = readOrderHistory(directory, other);
    expect(second.ok ? names(second.value.entries) : second).toEqual(['trigger.arm', 'trigger.fire', 'order.sent']);
    for (const { entry: told, file, offset, sum } of entries) {
      const line = readFileSync(join(directory, file)).subarray(offset).toString('utf8').split('\n')[0] ?? '';
      expect(JSON.parse(line)).toEqual({ sum, prev: expect.any(String) as string, body: told });
    }
  });

  test('tells what became of its trigger, also where only the cell says so', async () => {
    const directory = journalDirectory();
    const desk = new CoreDesk();
    const { id, entry } = desk.fired();
    desk.fills(entry, 100, 180.03);
    desk.quote(179.9);
    desk.rearmTrigger(id);
    desk.killBy();
    await run(directory, desk.journal.records);
    const read = readOrderHistory(directory, entry);
    expect(read.ok ? names(read.value.entries).slice(-3) : read).toEqual(['order.status', 'trigger.arm', 'kill']);
  });

  test('goes on over a restart: what another run adds to the same order is in it', async () => {
    const directory = journalDirectory();
    const { records, entry } = day();
    const upTo = records.findIndex(({ name }) => name === 'fill');
    await run(directory, records.slice(0, upTo));
    const fill = records[upTo] as CommitRecord;
    await run(directory, [{ ...fill, seq: 1 }], { at: START + HOUR });
    const read = readOrderHistory(directory, entry);
    expect(read.ok ? read.value.entries.map(({ entry: told, run: began }) => [told.kind === 'commit' && told.name, began]) : read).toEqual([
      ['trigger.arm', START],
      ['trigger.fire', START],
      ['order.sent', START],
      ['order.open', START],
      ['fill', START + HOUR],
    ]);
  });

  test('has the frames that name the order, its permId or its reference, and no other', async () => {
    const directory = journalDirectory();
    const { records, entry } = day();
    const permId = String(
      (
        records
          .flatMap(({ writes }) => writes)
          .find(([, key, value]) => key === entry && (value as { permId?: number }).permId !== undefined)?.[2] as { permId: number }
      ).permId,
    );
    const frame = (text: string, order?: string): JournalFrame => ({
      at: START,
      clientId: 2,
      direction: 'in',
      text,
      ...(order === undefined ? {} : { order }),
    });
    const frames = [
      frame(`openOrder 100 ${entry}`),
      frame(`openOrder 100 ${entry}X`),
      frame(`orderStatus 100 ${permId}`),
      frame(`orderStatus 100 ${permId}7`),
      frame('error 100 201', entry),
      frame(`error 100 ${permId}`, 'perm:7'),
    ];
    await run(directory, records, { frames });
    const read = readOrderHistory(directory, entry);
    expect(read.ok ? names(read.value.entries).slice(-3) : read).toEqual([
      `frame openOrder 100 ${entry}`,
      `frame orderStatus 100 ${permId}`,
      'frame error 100 201',
    ]);
    const again = readOrderHistory(directory, `perm:${permId}`);
    expect(again.ok ? names(again.value.entries) : again).toEqual([`frame orderStatus 100 ${permId}`]);
  });

  test('reads no more than it is allowed to, newest first, and says so', async () => {
    const directory = journalDirectory();
    const { records, entry } = day();
    await run(directory, records, { maxBytes: 4_000 });
    const read = readOrderHistory(directory, entry, { maxBytes: 1 });
    expect(read.ok ? { ...read.value, entries: names(read.value.entries).slice(-1) } : read).toMatchObject({
      complete: false,
      entries: ['fill'],
    });
    const two = readOrderHistory(directory, entry, { maxEntries: 2 });
    expect(two.ok ? [names(two.value.entries), two.value.complete] : two).toEqual([['fill', 'fill'], false]);
    expect(readOrderHistory(directory, 'TD1-ZZZZZZZZ-1-1-E')).toMatchObject({ ok: true, value: { entries: [], complete: true } });
  });

  test('leaves out damaged lines and unreadable files, counts them and goes on', async () => {
    const directory = journalDirectory();
    const { records, entry } = day();
    await run(directory, records);
    await run(directory, [], { at: START + 30 * HOUR });
    const [name = '', newer = ''] = journalNames(directory);
    const text = readFileSync(join(directory, name), 'utf8');
    writeFileSync(join(directory, name), text.replace('"name":"order.sent"', '"name":"order.went"'));
    const read = readOrderHistory(directory, entry);
    expect(read.ok ? [names(read.value.entries).includes('order.sent'), read.value.complete, read.value.damaged] : read).toEqual([
      false,
      false,
      1,
    ]);
    class Half extends FaultyFiles {
      override openToRead(path: string): number {
        if (path.endsWith(newer)) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        return super.openToRead(path);
      }
    }
    const half = readOrderHistory(directory, entry, { files: new Half() });
    expect(half.ok ? [half.value.entries.length, half.value.complete, half.value.trouble] : half).toEqual([
      6,
      false,
      [`${newer} cannot be read: the disk reports a read or write error (EIO)`],
    ]);
    expect(readOrderHistory(join(directory, 'none'), entry)).toMatchObject({ ok: false });
    const list = listOrders(directory, { files: new Half() });
    expect(list.ok && list.value.trouble).toEqual([`${newer} cannot be read: the disk reports a read or write error (EIO)`]);
    expect(listOrders(join(directory, 'none'))).toMatchObject({ ok: false });
  });

  test('is found in a journal of many pieces without parsing the rest', async () => {
    const directory = journalDirectory();
    const { records, entry } = day();
    const filler = (seq: number): CommitRecord => ({
      seq,
      at: START,
      lane: 'data',
      name: 'filler',
      cause: { kind: 'system', text: 'x'.repeat(3_000 + (seq % 700)) },
      writes: [],
      effects: [],
      attempts: 1,
      digest: '',
    });
    await run(directory, [
      ...Array.from({ length: 800 }, (_, index) => filler(index + 1)),
      ...records.map((record) => ({ ...record, seq: record.seq + 800 })),
      ...Array.from({ length: 800 }, (_, index) => filler(801 + records.length + index)),
    ]);
    const parse = JSON.parse;
    let parsed = 0;
    JSON.parse = (...args: Parameters<typeof parse>): unknown => {
      parsed += 1;
      return parse(...args) as unknown;
    };
    try {
      const read = readOrderHistory(directory, entry);
      expect(read.ok ? names(read.value.entries) : read).toEqual([
        'trigger.arm',
        'trigger.fire',
        'order.sent',
        'order.open',
        'fill',
        'fill',
        'fill',
      ]);
    } finally {
      JSON.parse = parse;
    }
    expect(parsed).toBeLessThan(20);
  });
});

/** Bytes of the files in which a permId was first seen: those are read twice. */
function readTwice(directory: string, entries: readonly { readonly file: string; readonly entry: object }[]): number {
  const newest = entries.filter(({ entry }) => JSON.stringify(entry).includes('permId')).at(-1);
  return newest === undefined ? 0 : readFileSync(join(directory, newest.file)).length;
}

describe('the list of orders', () => {
  test('has one summary per order, over all runs of the time asked for', async () => {
    const directory = journalDirectory();
    const { records, entry, other } = day();
    await run(directory, records, { maxBytes: 4_000 });
    await run(directory, new CoreDesk().started().journal.records, { at: START + 30 * HOUR });
    const seqs = records.filter(({ writes }) => writes.some(([store, key]) => store === 'orders' && key === entry));
    const read = listOrders(directory);
    expect(read).toMatchObject({
      ok: true,
      value: {
        damaged: 0,
        trouble: [],
        orders: [
          {
            key: entry,
            ref: entry,
            triggerId: 'T0000001',
            symbol: 'IBM',
            side: 'BUY',
            origin: 'trigger',
            quantity: 1_000_000,
            filled: 1_000_000,
            avgFillPrice: 180_039_000,
            fills: 3,
            states: ['QUEUED', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'FILLED'],
            firstSeq: seqs[0]?.seq,
            firstAt: seqs[0]?.at,
            lastSeq: seqs.at(-1)?.seq,
            lastAt: seqs.at(-1)?.at,
          },
          { key: other, side: 'SELL', states: ['QUEUED', 'SUBMITTED'], fills: 0, filled: 0 },
        ],
      },
    });
    const late = listOrders(directory, { from: START + 60_000 });
    expect(late.ok ? late.value.orders.map(({ key, states }) => [key, states]) : late).toEqual([
      [other, ['QUEUED', 'SUBMITTED']],
      [entry, ['PARTIALLY_FILLED', 'FILLED']],
    ]);
    expect(listOrders(directory, { from: START + 24 * HOUR })).toMatchObject({ ok: true, value: { orders: [] } });
    const early = listOrders(directory, { to: START + 60_000 });
    expect(early.ok ? early.value.orders.map(({ key }) => key) : early).toEqual([entry]);
    expect(listOrders(join(directory, 'none'))).toMatchObject({ ok: false });
  });
});
