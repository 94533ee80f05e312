import { join } from 'node:path';
import { z } from 'zod';
import type { BreakerFile, KillLatchFile as LatchPort, TriggerDraft, TriggerDrafts } from '#core/ports/desk-files';
import type { Clock } from '#core/ports/clock';
import { triggerIdOf } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';
import type { FolderLock } from '#journal/folder-lock';
import { type KillLatch, KillLatchFile } from '#journal/kill-latch-file';
import { latchContradiction, readLastEngine } from '#journal/last-engine';
import { StateFile } from '#journal/state-file';
import { triggerSpec } from '#protocol/inputs';
import type { IdHighWater } from '#tws/order/order-ids';
import { issueWords } from '#protocol/issue-words';

/**
 * The latch of the core's port over the file of the journal's room. It is written at the first start, so that a missing one means something; what
 * it says is compared with the journal of the runs before, once: `clear` is the operator's word on both. To be opened before the journal is.
 */
export function openKillLatch(dir: string, clock: Clock, lock: Pick<FolderLock, 'isIntact'>): LatchPort {
  const file = new KillLatchFile(dir);
  const last = readLastEngine(join(dir, 'journal'));
  if (file.load() === undefined && last.ok && !last.value.hasJournal) file.clear(clock.now(), 'first start');
  let contradiction = latchContradiction(file.load(), last);

  function doubt(latch: KillLatch | undefined): string | undefined {
    if (!lock.isIntact()) return 'desk.lock was removed or replaced while this desk ran: another desk may use the folder';
    return latch === undefined ? (contradiction ?? 'kill-latch.json is gone') : (latch.doubt ?? contradiction);
  }

  return {
    read: () => {
      const latch = file.load();
      const why = doubt(latch);
      if (why !== undefined && (latch?.latched !== true || latch.doubt !== undefined))
        return { set: true, reason: why, scope: 'own', exits: 'keep', doubt: true };
      if (latch?.latched !== true) return { set: false, reason: '', scope: 'own', exits: 'keep' };
      return { set: true, reason: latch.reason, scope: latch.scope, exits: latch.exits };
    },
    set: (reason, at, scope, exits) => file.latch(at, reason, scope, exits),
    clear: () => {
      const cleared = file.clear(clock.now(), 're-armed');
      if (cleared.ok) contradiction = undefined;
      return cleared;
    },
  };
}

const highWater = z.strictObject({ highest: z.number().int().nonnegative() });
/** Ids are written ahead in blocks: a file per order would be a disk write on the order path. */
const BLOCK = 500;

/** Highest order id ever used. A file that cannot be read costs a gap in the numbers, nothing else. */
export function openIdHighWater(dir: string, warn: (text: string) => void): IdHighWater {
  const file = new StateFile(join(dir, 'order-ids.json'), (value) => parsed(highWater, value));
  const read = file.read();
  if (!read.ok) warn(`${read.error.text}; order ids go on above everything the broker knows.`);
  let highest = read.ok ? (read.value?.highest ?? 0) : (read.error.backup?.highest ?? 0) + BLOCK;
  let written = highest;
  return {
    read: () => highest,
    raise: (id) => {
      if (id <= highest) return;
      highest = id;
      if (id <= written) return;
      const done = file.write({ highest: id + BLOCK });
      // What could not be written is written with the next number.
      if (done.ok) written = id + BLOCK;
      else warn(done.error);
    },
  };
}

const breaker = z.strictObject({
  state: z.enum(['closed', 'open', 'half-open']),
  since: z.number(),
  openings: z.number().int().nonnegative(),
  until: z.number(),
  reason: z.string().max(2_000),
});

/** Written when the circuit breaker opens or closes, which is seldom. */
export function openBreakerFile(dir: string): BreakerFile {
  const file = new StateFile(join(dir, 'breaker.json'), (value) => parsed(breaker, value));
  return {
    read: () => {
      const read = file.read();
      return read.ok ? read : err(read.error.text);
    },
    write: (saved) => file.write(saved),
  };
}

const drafts = z.array(z.strictObject({ id: z.string().regex(/^[0-9A-Z]{8}$/), gen: z.number().int().nonnegative(), spec: triggerSpec }));

/**
 * A run may have armed, fired and died within the time that the file is behind. Its generations are passed over by far more than anybody arms
 * in that time, and that is written before anything can be armed, so that the next death finds it too. A reference has six digits for them:
 * enough for ten thousand starts.
 */
const GENERATIONS_AHEAD = 100;

/** How often a file is tried that another program holds, a virus scanner for example; then the next change tries it anew. */
const TRIES = 25;

/** Triggers of the last run, offered again disarmed. Written behind the commands, never on the order path. */
export function openDrafts(dir: string, later: (fn: () => void) => void, warn: (text: string) => void): TriggerDrafts {
  const file = new StateFile<readonly TriggerDraft[]>(join(dir, 'triggers.json'), (value) => {
    const read = parsed(drafts, value);
    return read.ok ? ok(read.value.map((draft) => ({ ...draft, id: triggerIdOf(draft.id) }))) : read;
  });
  let waiting: (() => readonly TriggerDraft[]) | undefined;
  let failed = 0;
  function write(): void {
    const list = waiting;
    if (list === undefined) return;
    const done = file.write(list());
    waiting = undefined;
    if (!done.ok && failed === 0) warn(done.error);
    failed = done.ok ? 0 : (failed + 1) % TRIES;
    if (failed === 0) return;
    waiting = list;
    later(write);
  }
  return {
    load: () => {
      const read = file.read();
      const found = read.ok ? (read.value ?? []) : read.error.backup;
      if (found === undefined) return err(`${read.ok ? '' : read.error.text}; the triggers of the last run are not offered.`);
      const offered = found.map((draft) => ({ ...draft, gen: draft.gen + GENERATIONS_AHEAD }));
      const done = offered.length === 0 ? ok(undefined) : file.write(offered);
      if (!done.ok) warn(done.error);
      return ok(offered);
    },
    save: (next) => {
      if (waiting === undefined) later(write);
      waiting = next;
    },
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): Result<T> {
  const read = schema.safeParse(value);
  return read.success ? ok(read.data) : err(issueWords(read.error.issues, value));
}
