import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { openDrafts, openIdHighWater, openKillLatch } from '#app/desk-files';
import { JournalTrust } from '#app/journal-trust';
import { AccountMemory } from '#app/account-memory';
import { SettingsStore } from '#app/settings-store';
import { startRefusal } from '#app/start-holds';
import { Sessions } from '#control/sessions';
import { startDesk } from '#core/engine/operator-commands';
import type { TriggerDraft } from '#core/ports/desk-files';
import type { TriggerId } from '#domain/ids';
import { CommitJournal } from '#journal/commit-journal';
import { NodeFiles } from '#journal/files';
import { verifyJournal } from '#journal/verify';
import { DEFAULT_SETTINGS } from '#protocol/settings';
import { OrderIds } from '#tws/order/order-ids';
import { armAsSeen } from '../support/core/arm-as-seen.ts';
import { CoreDesk } from '../support/core/desk.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FaultyFiles } from '../support/journal/faulty-files.ts';
import { journalDirectory } from '../support/journal/journal-directory.ts';
import { journalCourse, journalDesk, journalNames } from '../support/journal/journal-desk.ts';
import { holds } from '../support/property.ts';
import { temporaryDirectory } from '../support/temporary.ts';

function nothing(): void {
  // Not listened to here.
}

test('S-03: a disk that takes five seconds to sync: each order is in the file before it leaves, the lag is seen, and a death meanwhile loses nothing', () => {
  const directory = journalDirectory();
  const files = new FaultyFiles();
  files.heldSyncs = [];
  const desk = journalDesk(directory, { files });
  const unlogged: string[] = [];
  const inFile: number[] = [];
  desk.released.push = (release) => {
    inFile.push(release.seq);
    if (!release.durable || !journalCourse(directory).includes(`commit ${release.seq}`)) unlogged.push(release.effect);
    return inFile.length;
  };
  for (let order = 1; order <= 50; order += 1) {
    desk.commit(order);
    desk.clock.advance(100);
  }
  expect([inFile.length, unlogged]).toEqual([50, []]);
  expect(desk.journal.status()).toMatchObject({ state: 'ready', lost: 0, unsyncedRecords: 52 });
  expect(desk.journal.status().unsyncedMs).toBeGreaterThanOrEqual(4_900);
  files.closeAll();
  expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { commits: 50, gaps: [] } });
  const next = journalDesk(directory);
  expect([next.journal.lastSeq, next.journal.findings()]).toEqual([50, []]);
});

test('S-03: when the disk comes back after five seconds the lag is gone and everything is on it', () => {
  const files = new FaultyFiles();
  files.heldSyncs = [];
  const desk = journalDesk(journalDirectory(), { files });
  for (let order = 1; order <= 5; order += 1) desk.commit(order);
  desk.clock.advance(5_000);
  expect(desk.journal.status()).toMatchObject({ state: 'ready', unsyncedMs: 5_000 });
  for (let held = files.heldSyncs.shift(); held !== undefined; held = files.heldSyncs.shift()) held();
  desk.clock.advance(10);
  for (let held = files.heldSyncs.shift(); held !== undefined; held = files.heldSyncs.shift()) held();
  expect(desk.journal.status()).toMatchObject({ state: 'ready', unsyncedMs: 0, unsyncedRecords: 0 });
});

/** A desk whose start asks this settings file; connected and compared. */
function deskUnder(settings: SettingsStore): CoreDesk {
  const accounts = new AccountMemory(temporaryDirectory(), nothing);
  const desk = new CoreDesk({ startRefusal: () => startRefusal({ settings, journal: new JournalTrust(false), accounts }) });
  desk.core.start();
  desk.connect();
  desk.ends();
  desk.pnl();
  return desk;
}

test('S-07: whatever becomes of a settings file, it is in force as it says, or the defaults are, nothing starts or arms, and the file stays', async () => {
  const good = JSON.stringify(DEFAULT_SETTINGS, null, 2);
  const folder = temporaryDirectory();
  const path = join(folder, 'settings.json');
  let refused = 0;
  const damaged = fc.oneof(
    fc
      .tuple(fc.nat(good.length), fc.nat(20), fc.string({ maxLength: 5 }))
      .map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut)),
    fc.json(),
    fc.constantFrom('', '\0'.repeat(200), 'null', '[]', '{}', good.slice(0, -3)),
    fc
      .tuple(fc.constantFrom('extra', '__proto__', 'limits'), fc.jsonValue())
      .map(([key, value]) => JSON.stringify({ ...DEFAULT_SETTINGS, [key]: value })),
  );
  await holds(
    'settings file',
    fc.property(damaged, (text) => {
      writeFileSync(path, text);
      const store = new SettingsStore(folder);
      expect(readFileSync(path, 'utf8')).toBe(text);
      if (store.fault === null) {
        expect(store.current).toMatchObject(JSON.parse(text) as object);
        return;
      }
      refused += 1;
      expect(store.current).toEqual(DEFAULT_SETTINGS);
      expect(store.update({ limits: { maxOrderShares: 5 } }).ok).toBe(false);
    }),
  );
  expect(refused).toBeGreaterThan(100);
});

test.each([
  ['empty', ''],
  ['of another type', '[1]'],
  ['with a key that nobody knows', JSON.stringify({ ...DEFAULT_SETTINGS, maxOrderShares: 1_000_000 })],
])(
  'S-07: under a settings file that is %s the desk neither starts nor arms, and the file of before the last change is offered by name',
  (_what, text) => {
    const folder = temporaryDirectory();
    const before = new SettingsStore(folder);
    before.update({ limits: { maxOrderShares: 10 } });
    before.update({ limits: { maxOrderShares: 5 } });
    writeFileSync(before.path, text);
    const store = new SettingsStore(folder);
    expect(store.fault).toMatch(/ The settings of before the last change are in settings\.json\.bak/);
    const desk = deskUnder(store);
    expect(startDesk(desk.deskState, 'the test')).toMatchObject({ ok: false, error: { text: store.fault } });
    expect(armAsSeen(desk.deskState, desk.spec(), 'the test')).toMatchObject({ ok: false });
    expect([desk.state, desk.broker.frames.length]).toEqual(['IDLE', 0]);
    // Put back by hand it is in force with the next start.
    writeFileSync(store.path, readFileSync(`${store.path}.bak`));
    expect(new SettingsStore(folder)).toMatchObject({ fault: null, current: { limits: { maxOrderShares: 10 } } });
    rmSync(`${store.path}.bak`);
    writeFileSync(store.path, text);
    expect(new SettingsStore(folder).fault).not.toContain('.bak');
  },
);

test.each([
  ['with words of its own', { newer: {} }],
  ['with the words of today', {}],
])(
  'S-08: a settings file of a newer version %s is refused whole, named, and stays: none of it is in force and the desk does not start',
  (_how, more) => {
    const folder = temporaryDirectory();
    const text = JSON.stringify({ ...DEFAULT_SETTINGS, version: 2, limits: { ...DEFAULT_SETTINGS.limits, maxOrderShares: 7 }, ...more });
    writeFileSync(join(folder, 'settings.json'), text);
    const store = new SettingsStore(folder);
    expect(store.fault).toMatch(/^settings\.json is not valid: .*version/);
    expect(store.current).toEqual(DEFAULT_SETTINGS);
    expect(startDesk(deskUnder(store).deskState, 'the test').ok).toBe(false);
    expect(readFileSync(store.path, 'utf8')).toBe(text);
  },
);

const SPEC = new CoreDesk().spec(180);
const DRAFT: TriggerDraft = { id: 'AAAAAAAA' as TriggerId, gen: 3, spec: SPEC };
const LOCK = { isIntact: () => true };

test('S-09: the file of the order ids is gone: no number that TWS has counted, that a list names, or that a copy remembers comes again', () => {
  const folder = temporaryDirectory();
  const first = new OrderIds(openIdHighWater(folder, nothing));
  first.nextValid(0, 1);
  const used = Array.from({ length: 700 }, () => first.take(1)![0]!);
  const highest = Math.max(...used);
  rmSync(join(folder, 'order-ids.json'));
  const second = new OrderIds(openIdHighWater(folder, nothing));
  second.nextValid(0, 1);
  expect(second.take(1)![0]).toBeGreaterThan(highest);
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  const third = new OrderIds(openIdHighWater(folder, nothing));
  third.nextValid(0, highest + 1);
  third.seen(highest + 40);
  expect(third.take(1)![0]).toBeGreaterThan(highest + 40);
});

test('S-09: the latch is gone beside a journal: set and in doubt, so the desk stays disarmed and the gate shut until the operator’s word', () => {
  const folder = temporaryDirectory();
  openKillLatch(folder, new FakeClock(), LOCK);
  journalDesk(join(folder, 'journal')).commit(1);
  for (const name of readdirSync(folder)) if (name.startsWith('kill-latch')) rmSync(join(folder, name));
  expect(openKillLatch(folder, new FakeClock(), LOCK).read()).toMatchObject({ set: true, doubt: true });
});

test('S-10: a state that says "armed" arms nothing: files with such a word are refused, and triggers of the last run come as drafts of a desk that is IDLE', () => {
  const folder = temporaryDirectory();
  const path = join(folder, 'triggers.json');
  const load = (value: unknown) => {
    writeFileSync(path, JSON.stringify(value));
    return openDrafts(folder, nothing, nothing).load();
  };
  for (const tampered of [
    { ...DRAFT, life: 'armed' },
    { ...DRAFT, armed: true },
    { ...DRAFT, spec: { ...SPEC, life: 'armed' } },
  ])
    expect(load([tampered])).toMatchObject({ ok: false, error: expect.stringMatching(/not offered/) as string });
  const read = load([DRAFT]);
  expect(read.ok).toBe(true);
  const desk = new CoreDesk({ drafts: read.ok ? read.value : [] });
  desk.core.start();
  desk.connect();
  desk.ends();
  desk.pnl();
  desk.know(desk.spec().action.contract);
  for (const last of [179.9, 179.9, 180.5, 181]) desk.quote(last);
  desk.wait(5_000);
  expect([desk.state, desk.trigger(DRAFT.id).life, desk.deskState.registry.size, desk.broker.frames.length]).toEqual([
    'IDLE',
    'draft',
    0,
    0,
  ]);
});

test('S-10: an engine that the journal left running is IDLE in the next run', () => {
  const folder = temporaryDirectory();
  const latch = openKillLatch(folder, new FakeClock(), LOCK);
  const clock = new FakeClock();
  const journal = CommitJournal.open({ directory: join(folder, 'journal'), clock, scheduler: clock });
  const desk = new CoreDesk();
  desk.waiting();
  expect(desk.state).toBe('SIGNAL_WAIT');
  for (const record of desk.journal.records) journal.append(record);
  expect(latch.read().set).toBe(false);
  const next = new CoreDesk({ startAfter: journal.lastSeq, drafts: desk.saved });
  next.core.start();
  next.connect();
  next.ends();
  expect([next.state, next.deskState.registry.size]).toEqual(['IDLE', 0]);
});

/** Another program holds the files for as many renames. */
function locked(renames: number): () => number {
  let left = renames;
  const spy = vi.spyOn(NodeFiles.prototype, 'rename').mockImplementation((from, to) => {
    if (left > 0) {
      left -= 1;
      throw Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
    }
    renameSync(from, to);
  });
  return () => {
    spy.mockRestore();
    return left;
  };
}

test('S-11: a scanner holds the file of the triggers: the desk goes on, tells it once and writes it as soon as it may', () => {
  const folder = temporaryDirectory();
  const due: (() => void)[] = [];
  const warned: string[] = [];
  const drafts = openDrafts(
    folder,
    (fn) => void due.push(fn),
    (text) => warned.push(text),
  );
  const free = locked(3);
  drafts.save(() => [DRAFT]);
  for (let turn = 0; turn < 10; turn += 1) for (const fn of due.splice(0)) fn();
  expect(free()).toBe(0);
  expect(warned).toEqual([expect.stringMatching(/^triggers\.json cannot be written: /) as string]);
  expect(JSON.parse(readFileSync(join(folder, 'triggers.json'), 'utf8'))).toMatchObject([{ id: DRAFT.id, gen: DRAFT.gen }]);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('S-11: a file of the triggers that stays locked is tried for some seconds and then with the next change, not for ever', () => {
  const folder = temporaryDirectory();
  const due: (() => void)[] = [];
  const drafts = openDrafts(folder, (fn) => void due.push(fn), nothing);
  const free = locked(1_000);
  drafts.save(() => [DRAFT]);
  let turns = 0;
  for (; due.length > 0 && turns < 500; turns += 1) for (const fn of due.splice(0)) fn();
  expect(turns).toBeGreaterThan(10);
  expect(turns).toBeLessThan(100);
  free();
  drafts.save(() => [DRAFT]);
  for (const fn of due.splice(0)) fn();
  expect(existsSync(join(folder, 'triggers.json'))).toBe(true);
});

test('S-11: a scanner holds the file of the order ids: the next number is written, so that a death cannot bring one back', () => {
  const folder = temporaryDirectory();
  const warned: string[] = [];
  const free = locked(1);
  const ids = openIdHighWater(folder, (text) => warned.push(text));
  ids.raise(1);
  expect([free(), warned.length, existsSync(join(folder, 'order-ids.json'))]).toEqual([0, 1, false]);
  ids.raise(2);
  const { highest } = JSON.parse(readFileSync(join(folder, 'order-ids.json'), 'utf8')) as { readonly highest: number };
  expect(highest).toBeGreaterThanOrEqual(2);
});

/** Counts what is read. */
class CountingFiles extends NodeFiles {
  bytes = 0;
  readonly opened = new Set<string>();

  override read(path: string): Buffer {
    const found = super.read(path);
    this.bytes += found.byteLength;
    this.opened.add(path);
    return found;
  }

  override openToRead(path: string): number {
    this.opened.add(path);
    return super.openToRead(path);
  }

  override readAt(fd: number, target: Uint8Array, position: number): number {
    const count = super.readAt(fd, target, position);
    this.bytes += count;
    return count;
  }
}

test('S-12: a journal of many files is taken up by its newest one and the checkpoint: ten times as much of it costs no byte more', async () => {
  const costs: number[] = [];
  for (const commits of [400, 4_000]) {
    const directory = journalDirectory();
    const desk = journalDesk(directory, { maxBytes: 20_000 });
    for (let value = 1; value <= commits; value += 1) desk.commit(value);
    await desk.journal.close();
    const names = journalNames(directory);
    const all = names.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    const files = new CountingFiles();
    const clock = new FakeClock();
    const journal = CommitJournal.open({ directory, clock, scheduler: clock, files });
    expect([journal.lastSeq, journal.findings(), journal.status().state]).toEqual([commits, [], 'ready']);
    expect([...files.opened].filter((path) => path.endsWith('.ndjson'))).toEqual([join(directory, names.at(-1)!)]);
    expect(files.bytes).toBeLessThan(120_000);
    costs.push(files.bytes / all);
    await journal.close();
  }
  expect(costs[1]!).toBeLessThan(costs[0]! / 5);
});

test('S-13: a session lives in memory alone: no file holds its secret, no keychain is asked, and nothing of one run opens the next', () => {
  const folder = temporaryDirectory();
  const before = new Sessions(new FakeClock());
  const invitation = before.invite('operate');
  const unused = before.invite('operate');
  const token = before.accept(invitation)!.token;
  before.close();
  const after = new Sessions(new FakeClock());
  after.invite('operate');
  expect([after.isInvitation(unused), after.accept(unused), after.accept(invitation)]).toEqual([false, null, null]);
  expect(JSON.stringify([after.list(), before.list()])).not.toContain(token);
  after.close();
  expect(readdirSync(folder)).toEqual([]);
  const SOURCES = join(import.meta.dirname, '../../src-main');
  const asking = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /safeStorage|keytar|keychain/i.test(readFileSync(join(SOURCES, name), 'utf8')));
  expect(asking).toEqual([]);
});
