import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BugName } from '../storm/bugs.ts';
import { firstDifference, tellDifference } from './lines.mjs';
import { type Recorded, Recorder } from './recorder.ts';
import { recordStorm } from './storms.ts';
import { openTape, playTape } from './tapes.ts';
import { SAME_WORDS, Translation, type Words } from './words.ts';

/** Storms that between them write every kind of frame. */
const KINDS = [3, 8];
/** A storm in which the planted bug sends an order twice. */
const BROKEN = 2;

interface Sequence extends Recorded {
  readonly lines: readonly string[];
}

function sequence(record: (recorder: Recorder) => void, words: Partial<Words> = {}): Sequence {
  const lines: string[] = [];
  const recorder = new Recorder(new Translation({ ...SAME_WORDS, ...words }), (line) => lines.push(line));
  record(recorder);
  return { ...recorder.recorded(), lines };
}

function stormOf(seed: number, words: Partial<Words> = {}, bug?: BugName): Sequence {
  return sequence((recorder) => {
    recordStorm(seed, recorder, bug);
  }, words);
}

function demo(): Sequence {
  const tape = openTape(resolve(import.meta.dirname, '../../resources/demo-tape.csv.gz'));
  if (typeof tape === 'string') throw new Error(tape);
  return sequence((recorder) => {
    playTape(tape, 6_000, recorder);
  });
}

describe('a recording', () => {
  it.each([1, 7, 302])('of storm %i is the same each time, whatever this process did before', (seed) => {
    const first = stormOf(seed);
    stormOf(seed + 1);
    expect(stormOf(seed)).toEqual(first);
    expect(first.commits).toBeGreaterThan(50);
    expect(first.frames).toBeGreaterThan(20);
  });

  it('of a tape is the same each time, and the desk trades in it', () => {
    const first = demo();
    expect(demo()).toEqual(first);
    const commits = first.lines.filter((line) => line.startsWith('commit'));
    for (const name of ['trigger.fire', 'order.sent', 'fill', 'orders.cancel'])
      expect(
        commits.some((line) => line.includes(` ${name} `)),
        name,
      ).toBe(true);
  });

  it('holds every kind of frame', () => {
    const kinds = new Set<string>();
    for (const seed of KINDS)
      for (const line of stormOf(seed).lines) if (line.startsWith('frame')) kinds.add(/"kind":"([a-z-]+)"/.exec(line)?.[1] ?? line);
    expect([...kinds].sort()).toEqual(['cancel', 'global-cancel', 'modify', 'place', 'request']);
  });

  it('names no path and no time but that of the storm', () => {
    const { lines } = stormOf(7);
    for (const leak of [process.cwd(), tmpdir(), 'file:', 'node_modules']) expect(lines.filter((line) => line.includes(leak))).toEqual([]);
    const times = lines.flatMap((line) => /^commit \d+:\d+ at (\d+) /.exec(line)?.[1] ?? []);
    const start = Date.UTC(2013, 9, 8, 14, 30);
    expect(times.filter((at) => Number(at) < start || Number(at) > start + 3_600_000)).toEqual([]);
  });
});

describe('a difference', () => {
  it('of one commit name is seen at its line, and told with the lines around it', () => {
    const older = stormOf(7, { commits: { 'order.sent': 'order.left' } });
    const newer = stormOf(7);
    expect(older.hash).not.toBe(newer.hash);
    const at = newer.lines.findIndex((line) => line.startsWith('commit') && line.includes(' order.sent '));
    expect(firstDifference(older.lines, newer.lines)).toBe(at);
    const told = tellDifference(older.lines, newer.lines).split('\n');
    expect(told[0]).toContain(`in line ${at + 1},`);
    expect(told.filter((line) => line.startsWith('  →')).map((line) => /order\.\w+/.exec(line)?.[0])).toEqual(['order.left', 'order.sent']);
    expect(told).toHaveLength(1 + 2 * 12);
  });

  it('of behaviour is seen: a desk with a planted bug', () => {
    const [sound, broken] = [stormOf(BROKEN).lines, stormOf(BROKEN, {}, 'double-send-on-reconnect').lines];
    // The bug writes a frame that the sound desk does not write.
    expect(broken[firstDifference(sound, broken)!]).toMatch(/^frame \d+ client \d \{"kind":"place"/);
  });

  it('of renamed words is none once they are mapped', () => {
    const renamed: Partial<Words> = {
      stores: { orders: 'tickets' },
      commits: { 'order.sent': 'order.left' },
      keys: { tickets: { quantity: 'ordered' } },
      states: { tickets: { ACCEPTED: 'WORKING' } },
      texts: { Filled: 'Executed' },
    };
    const back = new Translation({
      stores: { tickets: 'orders' },
      commits: { 'order.left': 'order.sent' },
      keys: { orders: { ordered: 'quantity' } },
      states: { orders: { WORKING: 'ACCEPTED' } },
      texts: { Executed: 'Filled' },
    });
    // The desk of another revision: what it says passes through its own words first.
    const other = new Translation({ ...SAME_WORDS, ...renamed });
    const older = (recorder: Recorder): Recorder =>
      Object.assign(Object.create(recorder) as Recorder, {
        commit: (life: number, news: Parameters<Recorder['commit']>[1]) => {
          const plain = (value: unknown, store: string): never => JSON.parse(other.json(value, store)) as never;
          recorder.commit(life, {
            ...news,
            name: other.commit(news.name),
            cause: plain(news.cause, 'cause'),
            ...(news.tombstone === undefined ? {} : { tombstone: plain(news.tombstone, 'cause') }),
            changes: news.changes.map(({ store, key, value }) => {
              const name = other.store(store);
              return { store: name, key, value: value === undefined ? undefined : plain(value, name) };
            }),
          });
        },
        frame: recorder.frame.bind(recorder),
        log: recorder.log.bind(recorder),
        note: recorder.note.bind(recorder),
      });
    const record = (translation: Translation): Recorded => {
      const recorder = new Recorder(translation);
      recordStorm(7, older(recorder));
      return recorder.recorded();
    };
    const newer = stormOf(7);
    expect(record(new Translation(SAME_WORDS)).hash).not.toBe(newer.hash);
    expect(record(back).hash).toBe(newer.hash);
  });

  it('of length is one: a sequence that ends early', () => {
    expect(firstDifference(['a', 'b'], ['a'])).toBe(1);
    expect(tellDifference(['a', 'b'], ['a'])).toContain('(the sequence ends)');
    expect(firstDifference(['a'], ['a'])).toBeUndefined();
  });
});

describe('the command', () => {
  it.each([
    [[], 'There is no revision to compare with.'],
    [['--base', 'no-such-revision'], 'no-such-revision'],
  ])('%j says the cause and the fix and ends with an error', (args, cause) => {
    const ended = spawnSync(process.execPath, [resolve(import.meta.dirname, 'compare.mjs'), ...args], { encoding: 'utf8' });
    expect(ended.status).toBeGreaterThan(0);
    expect(ended.stderr).toContain(cause);
    expect(ended.stderr).toMatch(/^ {2}Fix: \S/m);
  });
});
