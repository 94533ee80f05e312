import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommitRecord } from '#core/ports/journal';
import { AUDIT_COLUMNS, type AuditRow } from '#journal/audit-row';
import { csvField } from '#domain/csv';
import { exportAudit, exportAuditFile } from '#journal/export-audit';
import type { Period } from '#journal/order-list';
import { CoreDesk } from '../../support/core/desk.ts';
import { rulesOf } from '../../support/core/fixtures.ts';
import { FaultyFiles } from '../../support/journal/faulty-files.ts';
import { journalEntries, journalLines, tamper } from '../../support/journal/journal-desk.ts';
import { journalAt, journalDirectory } from '../../support/journal/journal-directory.ts';
import { holds } from '../../support/property.ts';
import { trustedQuantity } from '#domain/quantity';
import { trustedAmount } from '#domain/money';

const START = Date.UTC(2013, 9, 8, 14, 30);
const DAY = 86_400_000;

async function written(records: readonly CommitRecord[], maxBytes = 4_000): Promise<string> {
  const directory = journalDirectory();
  const journal = journalAt(directory, START, { maxBytes });
  for (const record of records) journal.append(record);
  journal.frame({ at: START, clientId: 2, direction: 'in', text: 'openOrder DU1234567 100', order: 'perm:1' });
  await journal.close();
  return directory;
}

/** An order that fills in part and is killed, and one that is denied. */
function day(): { readonly records: readonly CommitRecord[]; readonly entry: string } {
  const desk = new CoreDesk();
  desk.core.onServerTime(desk.clock.now() / 1_000, 0);
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.fill(entry, 40, 180.03);
  desk.news({
    kind: 'commission',
    execId: '0000.0001.01' as never,
    commission: trustedAmount(350_000),
    currency: 'USD',
    realizedPnl: undefined,
  });
  // What risk would deny whenever it fires cannot be armed: the limit comes down afterwards.
  desk.rules = rulesOf({ maxOrderShares: 5_000, maxOrderNotional: 1_000_000 });
  desk.arm(desk.spec(181, { name: '=cmd|"/c calc"' }, { quantity: trustedQuantity(50_000_000) }));
  desk.rules = rulesOf();
  desk.quote(180.5);
  desk.wait(60_000);
  desk.pnl();
  desk.quote(181.02);
  desk.killBy('own', 'looks wrong on DU1234567');
  desk.status(entry, 'Cancelled', 40);
  return { records: desk.journal.records, entry };
}

function rows(directory: string, period: Period = {}): AuditRow[] {
  let text = '';
  const done = exportAudit(directory, { ...period, format: 'json', write: (piece) => (text += piece) });
  if (!done.ok) throw new Error(done.error);
  const made = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditRow);
  expect(made).toHaveLength(done.value.rows);
  return made;
}

/** RFC 4180, by hand: what a spreadsheet would make of it. */
function csvRows(text: string): string[][] {
  const found: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === ',') {
      row.push(field);
      field = '';
    } else if (letter === '\r' && text[at + 1] === '\n') {
      found.push([...row, field]);
      row = [];
      field = '';
      at += 1;
    } else field += letter;
  }
  return found;
}

describe('the audit export', () => {
  test('tells the life of an order as rows, each with the sum of its line', async () => {
    const { records, entry } = day();
    const directory = await written(records);
    const all = rows(directory);
    const own = all.filter((row) => row.order === entry);
    expect(
      own.map(({ kind, name, before, after, quantity, filled, price }) => [kind, name, before, after, quantity, filled, price]),
    ).toEqual([
      ['decision', 'trigger.fire', null, 'QUEUED', '100', '0', null],
      ['send', 'order.sent', 'QUEUED', 'SUBMITTED', '100', '0', null],
      ['status', 'order.open', 'SUBMITTED', 'ACCEPTED', '100', '0', null],
      ['fill', 'fill', 'ACCEPTED', 'PARTIALLY_FILLED', '40', '40', '180.03'],
      ['commission', 'commission', 'PARTIALLY_FILLED', 'PARTIALLY_FILLED', '40', null, '180.03'],
      ['kill', 'kill', 'PARTIALLY_FILLED', 'PENDING_CANCEL', '100', '40', '180.03'],
      ['status', 'order.status', 'PENDING_CANCEL', 'CANCELLED', '100', '40', '180.03'],
    ]);
    const decided = records.find(({ name }) => name === 'trigger.fire');
    const line = journalLines(directory).find((text) => text.includes('"name":"trigger.fire"')) ?? '';
    expect(own[0]).toMatchObject({
      time: new Date(decided?.brokerAt ?? 0).toISOString(),
      machineTime: new Date(decided?.at ?? 0).toISOString(),
      run: new Date(START).toISOString(),
      seq: decided?.seq,
      lane: 'order',
      causeKind: 'tick',
      causeText: decided?.cause.text,
      trigger: 'T0000001',
      side: 'BUY',
      symbol: 'IBM',
      verdict: expect.stringContaining('notional') as string,
      sum: (JSON.parse(line) as { sum: string }).sum,
    });
    expect(own[4]).toMatchObject({ commission: '0.35' });
    expect(all.find(({ after }) => after === 'DENIED')).toMatchObject({
      kind: 'decision',
      before: null,
      verdict: expect.stringContaining('C-') as string,
    });
    expect(all.filter(({ kind, order }) => kind === 'kill' && order === null)[0]).toMatchObject({
      causeText: 'the test: looks wrong on DU*****67',
    });
    expect(all.at(-2)).toMatchObject({ kind: 'frame', name: 'in', order: 'perm:1', note: 'openOrder DU*****67 100' });
    expect(all.map(({ kind }) => kind).filter((kind) => kind === 'run-started' || kind === 'run-ended')).toEqual([
      'run-started',
      'run-ended',
    ]);
    expect(JSON.stringify(all)).not.toContain('1234567');
  });

  test('I-14: has a row for every commit that wrote an order', async () => {
    const { records } = day();
    const all = rows(await written(records));
    for (const { seq, writes } of records)
      for (const [store, key] of writes)
        if (store === 'orders') expect(all.filter((row) => row.seq === seq && row.order === key)).toHaveLength(1);
  });

  test('knows what state an order had before the time asked for, when it was in the same run', async () => {
    const { records, entry } = day();
    const later = records.findIndex(({ name }) => name === 'kill');
    const nextDay = records.map((record, index) =>
      index < later ? record : { ...record, at: record.at + DAY, brokerAt: (record.brokerAt ?? 0) + DAY },
    );
    const directory = await written(nextDay);
    const own = (period: Period) => rows(directory, period).filter((row) => row.order === entry);
    expect(own({ from: START + DAY / 2 }).map(({ before, after }) => [before, after])).toEqual([
      ['PARTIALLY_FILLED', 'PENDING_CANCEL'],
      ['PENDING_CANCEL', 'CANCELLED'],
    ]);
    expect(own({ to: START + DAY / 2 }).map(({ after }) => after)).toEqual([
      'QUEUED',
      'SUBMITTED',
      'ACCEPTED',
      'PARTIALLY_FILLED',
      'PARTIALLY_FILLED',
    ]);
    expect(rows(directory, { to: START })).toEqual([]);
  });

  test('does not carry the book of one run into the next', async () => {
    const { records, entry } = day();
    const directory = await written(records);
    const journal = journalAt(directory, START + DAY);
    const status = records.filter(({ name }) => name === 'order.status').at(-1) as CommitRecord;
    journal.append({ ...status, seq: journal.lastSeq + 1, at: START + DAY });
    await journal.close();
    const last = rows(directory)
      .filter((row) => row.order === entry)
      .at(-1);
    expect([last?.before, last?.after, last?.run]).toEqual([null, 'CANCELLED', new Date(START + DAY).toISOString()]);
  });

  test('as CSV has the same rows, and nothing in it is a formula', async () => {
    const { records } = day();
    const directory = await written(records);
    let text = '';
    const done = exportAudit(directory, { format: 'csv', write: (piece) => (text += piece) });
    const [header, ...lines] = csvRows(text);
    expect(header).toEqual(AUDIT_COLUMNS);
    const json = rows(directory);
    expect(done).toMatchObject({ ok: true, value: { rows: json.length, damaged: 0 } });
    expect(lines).toEqual(json.map((row) => AUDIT_COLUMNS.map((column) => (row[column] === null ? '' : String(row[column])))));
  });

  test('says what is missing or damaged', async () => {
    const directory = journalDirectory();
    const files = new FaultyFiles();
    const journal = journalAt(directory, START, { files });
    const { records } = day();
    for (const record of records) {
      files.writeFault = record.name === 'order.open' ? 'ENOSPC' : undefined;
      journal.append(record);
    }
    await journal.close();
    tamper(directory, (text) => text.replace('"name":"order.sent"', '"name":"order.went"'));
    const all = rows(directory);
    expect(all.filter(({ kind }) => kind === 'gap')).toMatchObject([{ note: expect.stringContaining('the disk is full') as string }]);
    expect(all.filter(({ kind }) => kind === 'altered')).toMatchObject([
      { note: expect.stringMatching(/^commits-000001-20131008\.ndjson: the line at byte \d+ is not what was written$/) as string },
    ]);
    expect(journalEntries(directory).some(({ kind }) => kind === 'gap')).toBe(true);
  });

  test('into a file leaves nothing behind when it fails, and replaces an older one when it does not', async () => {
    const { records } = day();
    const directory = await written(records);
    const path = join(directory, '..', 'audit.csv');
    writeFileSync(path, 'old');
    const files = new FaultyFiles();
    files.writeFault = 'ENOSPC';
    expect(exportAuditFile(directory, path, { format: 'csv', files })).toEqual({
      ok: false,
      error: expect.stringContaining('the disk is full (ENOSPC)') as string,
    });
    expect([readFileSync(path, 'utf8'), existsSync(`${path}.part`)]).toEqual(['old', false]);
    files.writeFault = undefined;
    expect(exportAuditFile(directory, path, { format: 'csv', files })).toMatchObject({ ok: true });
    expect(csvRows(readFileSync(path, 'utf8'))[0]).toEqual(AUDIT_COLUMNS);
    // A file of many pieces holds what the pieces say, one after the other.
    let text = '';
    expect(exportAudit(directory, { format: 'csv', write: (piece) => (text += piece) }).ok).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(files.openFiles).toBe(0);
    expect(exportAuditFile(join(directory, 'none'), path, { format: 'json' })).toMatchObject({ ok: false });
  });
});

describe('the days of an export', () => {
  const TODAY = Date.UTC(2026, 10, 30, 17, 0);
  const TAPE_DAY = { from: Date.UTC(2013, 9, 8, 4), to: Date.UTC(2013, 9, 9, 4) };

  /** The same records as a desk writes them whose broker lives in the time of a tape. */
  async function onTape(): Promise<string> {
    const { records } = day();
    const directory = journalDirectory();
    const journal = journalAt(directory, TODAY, { maxBytes: 4_000 });
    const shift = TODAY - START;
    journal.brokerTimeFrom((at) => (at === TODAY ? undefined : at - shift));
    for (const record of records) journal.append({ ...record, at: record.at + shift });
    journal.frame({ at: TODAY + 1_000, clientId: 2, direction: 'in', text: 'openOrder', order: 'perm:1' });
    await journal.close();
    return directory;
  }

  test('are the broker’s: on a tape of another day its day holds every row, and the machine’s time stands beside', async () => {
    const directory = await onTape();
    const all = rows(directory);
    const ofDay = rows(directory, TAPE_DAY);
    const told = all.filter(({ time }) => time !== null);
    expect(told.length).toBeGreaterThan(10);
    expect(ofDay).toEqual(expect.arrayContaining(told));
    for (const row of told) {
      expect(String(row.time)).toMatch(/^2013-10-08T/);
      expect(String(row.machineTime)).toMatch(/^2026-11-30T/);
    }
    expect(ofDay.find(({ kind }) => kind === 'frame')).toMatchObject({ time: new Date(START + 1_000).toISOString() });
    expect(rows(directory, { from: TAPE_DAY.from - DAY, to: TAPE_DAY.from })).toEqual([]);
  });

  test('of a journal of an earlier version are those of its own clock, and its broker’s time is not invented', async () => {
    const { records } = day();
    const directory = await written(records.map(({ brokerAt: _none, ...record }) => record));
    const ofDay = rows(directory, TAPE_DAY);
    expect(ofDay.length).toBe(rows(directory).length);
    for (const row of ofDay) expect(row.time).toBeNull();
    expect(ofDay[0]?.machineTime).toBe(new Date(START).toISOString());
  });
});

describe('a CSV field', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+cmd', "'+cmd"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t\'=1"'],
    ['\r=1', '"\'\r\'=1"'],
    ['-37.63', '-37.63'],
    ['+5', '+5'],
    ['-1e5', "'-1e5"],
    [-5, '-5'],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['IBM', 'IBM'],
    [null, ''],
  ])('%j is written as %j', (value, text) => {
    expect(csvField(value)).toBe(text);
  });

  test('comes back as it was, but for the apostrophes, and no piece of it begins as a formula, whatever the separator', async () => {
    const unit = fc.constantFrom(...Array.from('=+-@＝＋－＠";,\r\n\t \'1.aé'));
    await holds(
      'CSV goes there and back',
      fc.property(fc.array(fc.string({ unit }), { minLength: 1 }), (texts) => {
        const [back] = csvRows(`${texts.map(csvField).join(',')}\r\n`);
        const plain = (text: string): string => text.replaceAll("'", '');
        expect(back?.map(plain)).toEqual(texts.map(plain));
        // A program set to `;` or tab cuts there, whatever is quoted: it sees pieces of a field as cells.
        for (const text of back ?? [])
          for (const cell of text.split(/[;\t\r\n]/)) if (/^\s*[=+\-@＝＋－＠]/.test(cell)) expect(text).toMatch(/^[+-]\d+(\.\d+)?$/);
      }),
    );
  });

  test.each([
    ['＝1+1', "'＝1+1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠SUM(A1)', "'＠SUM(A1)"],
    ['IBM;=cmd()', `"IBM;'=cmd()"`],
    ['IBM\t＠x', `"IBM\t'＠x"`],
    [' =1', "' =1"],
    [';x', `"';x"`],
    ['-3', '-3'],
    ['a;b', '"a;b"'],
  ])('%j is neutral as %j', (value, text) => {
    expect(csvField(value)).toBe(text);
  });
});
