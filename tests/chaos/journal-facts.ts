import { closeSync, openSync, readdirSync, readSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { CommitRecord } from '#core/ports/journal';
import { orderEffects } from '#journal/cell';
import { type EntryVisitor, verifyJournal } from '#journal/verify';

export interface JournalFacts {
  /** Epoch ms at which the desk wrote down that it wants this order, by reference. */
  readonly intents: ReadonlyMap<string, number>;
  /** Those of them that only lower exposure: they may leave in every state, after a kill and before a start too. */
  readonly reducing: ReadonlySet<string>;
  readonly lines: number;
  readonly runs: number;
  readonly violations: readonly string[];
}

/** Calls `seen` once, as soon as the journal that a living desk writes has taken another firing. Returns the way to stop looking. */
export function onIntent(directory: string, seen: () => void): () => void {
  const ends = new Map(readdirSync(directory).map((name) => [name, statSync(join(directory, name)).size]));
  const watcher = watch(directory, (_event, name) => {
    if (name?.endsWith('.ndjson') !== true || !grown(join(directory, name), name, ends).includes('"name":"trigger.fire"')) return;
    watcher.close();
    seen();
  });
  return () => watcher.close();
}

/** What was written behind the last look. */
function grown(path: string, name: string, ends: Map<string, number>): string {
  const fd = openSync(path, 'r');
  const from = ends.get(name) ?? 0;
  const bytes = Buffer.alloc(256 * 1024);
  const count = readSync(fd, bytes, 0, bytes.length, from);
  closeSync(fd);
  ends.set(name, from + count);
  return bytes.toString('utf8', 0, count);
}

/** One run of the desk, as far as its own record is read. */
interface Run {
  /** The operator has started it: before that nothing may fire or leave. */
  isStarted: boolean;
  isKilled: boolean;
}

const FIRINGS: ReadonlySet<string> = new Set(['trigger.fire', 'trigger.fire-failed']);
/** What an operator closes or protects, and a lost stop that is put back; no other commit approves a new order to reduce only. */
const REDUCING: ReadonlySet<string> = new Set(['position.flatten', 'position.protect']);
const ARMINGS: ReadonlySet<string> = new Set(['trigger.arm', 'trigger.edit']);

/**
 * Reads the whole journal of all runs while no desk writes it: whether it is what was written, and whether any run did what it must not:
 * fire, arm or send before its operator started it, send after a kill, want the same order twice.
 */
export function readJournal(directory: string): JournalFacts {
  const intents = new Map<string, number>();
  const reducing = new Set<string>();
  const violations: string[] = [];
  let run: Run = { isStarted: false, isKilled: false };
  const visit: EntryVisitor<never> = (entry) => {
    if (entry.kind === 'run-started') run = { isStarted: false, isKilled: false };
    if (entry.kind !== 'commit' || entry.tombstone !== undefined) return undefined;
    follow(run, entry);
    const where = `commit ${entry.seq} (${entry.name})`;
    if (!run.isStarted && (FIRINGS.has(entry.name) || ARMINGS.has(entry.name)))
      violations.push(`${where} came by itself: nobody had started that run of the desk`);
    for (const ref of placedIn(entry)) {
      const reduces = REDUCING.has(entry.name);
      if (reduces) reducing.add(ref);
      if (!reduces) violations.push(...shutAgainst(run).map((why) => `${where} sent ${ref}${why}`));
      if (intents.has(ref)) violations.push(`${where} wants ${ref} a second time (I-01)`);
      else intents.set(ref, entry.at);
    }
    return undefined;
  };
  const report = verifyJournal(directory, visit, { allowTornEnd: true });
  if (!report.ok)
    return {
      intents,
      reducing,
      lines: 0,
      runs: 0,
      violations: [...violations, `the journal is not what was written: ${report.error.text}`],
    };
  const { lines, runs, gaps, findings } = report.value;
  for (const { from, to, reason } of gaps) violations.push(`the journal lacks the commits ${from} to ${to}: ${reason}`);
  for (const { file, text } of findings) violations.push(`the journal told at a start that it was not as it was left (${file}): ${text}`);
  return { intents, reducing, lines, runs, violations };
}

function placedIn(entry: CommitRecord): readonly string[] {
  return orderEffects(entry).flatMap(({ kind, keys }) => (kind === 'place' ? keys : []));
}

/** Why an order that may raise exposure must not leave in this run now. */
function shutAgainst({ isStarted, isKilled }: Run): readonly string[] {
  return [...(isStarted ? [] : [', and nobody had started that run of the desk']), ...(isKilled ? [' after the kill (I-04)'] : [])];
}

function follow(run: Run, { name }: CommitRecord): void {
  if (name === 'engine.start') run.isStarted = true;
  else if (name === 'kill') run.isKilled = true;
  else if (name === 'engine.stop') run.isStarted = false;
  else if (name === 'engine.rearm') {
    run.isKilled = false;
    run.isStarted = false;
  }
}
