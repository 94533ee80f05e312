import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roomOf, type Entry } from './catalogue.ts';
import { type Draw, drawn, drawsOf, placeAround, placesOf } from './draw.ts';
import type { ImportGraph } from './import-graph.ts';
import type { Ran } from './ran.ts';

/** Where money is lost. */
const ROOMS = [
  ...['risk', 'execution', 'reports', 'safety', 'protection', 'reconciliation', 'trigger', 'strategy', 'market'].map(
    (room) => `src-main/core/${room}`,
  ),
  ...['tws', 'journal', 'control', 'desktop'].map((room) => `src-main/${room}`),
];
const APP = ['settings-store', 'desk-files', 'account-memory', 'start-holds', 'watch-list', 'journal-trust', 'live-confirmation'].map(
  (name) => `src-main/app/${name}.ts`,
);
/** The schema of the settings and what a command may say. Its brothers hold types, keys and words for people. */
const PROTOCOL = ['access', 'commands', 'inputs', 'looser', 'settings'].map((name) => `src-shared/protocol/${name}.ts`);
/** Milliseconds of tests that may look at one fault, by what each took without it. */
const MOST_TIME = 60_000;

/** Files that mutants are drawn from. @param rooms their names with commas between; empty for all */
export function drawnFrom(root: string, rooms: string): readonly string[] {
  const below = ROOMS.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
  );
  const wanted = rooms === '' ? undefined : rooms.split(',');
  return [...below, ...APP, ...PROTOCOL].filter((name) => name.endsWith('.ts') && (wanted?.includes(roomOf(name)) ?? true)).sort();
}

interface Draft {
  readonly root: string;
  readonly graph: ImportGraph;
  readonly ran: readonly Ran[];
  readonly files: readonly string[];
}

/** A test file, what it runs, and how many imports lie between it and the file with the fault. */
export type Runner = Pick<Ran, 'test' | 'ms' | 'places'> & { readonly steps: number };

/** `count` mutants that a seed draws, each with the test files that run its place. */
export function drawMutants({ root, graph, ran, files }: Draft, count: number, seed: number): readonly Entry[] {
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const all = [...texts].flatMap(([file, text]) => drawsOf(file, text));
  const far = new Map(ran.map(({ test }) => [test, graph.distances(test)]));
  return drawn(all, count, seed).map((draw) => {
    const { file, start } = draw;
    const text = texts.get(file) ?? '';
    const runners = ran.map(({ test, ms, places }) => ({ test, ms, places, steps: far.get(test)?.get(file) ?? Infinity }));
    return entryOf(draw, text, testsFor(file, text, start, runners));
  });
}

/**
 * Of the tests that run the code at `start`, as many as the time holds. First come those that are worth most for their time: that run much of
 * the file with the fault, and those of its room. A long test of the whole desk runs everything a little, and would leave no time for the one
 * that knows.
 */
export function testsFor(file: string, text: string, start: number, runners: readonly Runner[]): readonly string[] {
  const all = placesOf(file, text);
  const place = placeAround(all, start);
  const worth = ({ test, ms, places, steps }: Runner): number => {
    const run = all.filter((one) => places.has(`${file}:${one.start}`)).length;
    return ((1 + run) * (isAtHome(test, file) ? 2 : 1)) / (steps * Math.sqrt(ms));
  };
  let left = MOST_TIME;
  return runners
    .filter(({ places, steps }) => (place === undefined ? steps < Infinity : places.has(`${file}:${place}`)))
    .map((runner) => ({ runner, worth: worth(runner) }))
    .sort((one, other) => other.worth - one.worth)
    .filter(({ runner: { ms } }) => {
      if (ms > left) return false;
      left -= ms;
      return true;
    })
    .map(({ runner }) => runner.test);
}

/** The tests of the room itself know it best. */
function isAtHome(test: string, file: string): boolean {
  return test.startsWith(`tests/unit/${roomOf(file)}/`);
}

/** The old text grows until it stands in the file once. */
function entryOf({ file, start, end, wrong, kind }: Draw, text: string, tests: readonly string[]): Entry {
  let [from, to] = [start, end];
  while (text.split(text.slice(from, to)).length !== 2 && (from > 0 || to < text.length)) {
    from = Math.max(0, from - 1);
    to = Math.min(text.length, to + 1);
  }
  const line = text.slice(0, start).split('\n').length;
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const column = start - lineStart + 1;
  const ends = text.indexOf('\n', end);
  const shown = (inner: string): string => `${text.slice(lineStart, start)}${inner}${text.slice(end, ends)}`.replace(/\s+/g, ' ').trim();
  return {
    id: `drawn/${roomOf(file)}/${file.split('/').at(-1) ?? ''}:${line}:${column}-${kind}`,
    catalogue: 'drawn',
    file,
    old: text.slice(from, to),
    new: `${text.slice(from, start)}${wrong}${text.slice(end, to)}`,
    does: `${file}:${line} (${kind}): \`${shown(text.slice(start, end))}\` → \`${shown(wrong)}\`.${tests.length === 0 ? ' No test goes there.' : ''}`,
    tests,
  };
}
