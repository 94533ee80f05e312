// One side of the proof that two revisions are equal; compare.mjs runs it in both.
//   record.ts [--seeds N] [--first N]          storms, by default 500 from seed 1
//             [--tapes FILE,FILE] [--ticks N]  and the first N ticks (by default 150 000) of recorded tapes
//             [--words FILE]                   everything in the newer words of that file
//             [--detail NAME]                  one storm (`storm-7`) or tape (`demo-tape.csv.gz`) alone, as the full sequence in text
// Without --detail: a line for each storm and tape, `name commits frames logs hash`.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Recorder } from './recorder.ts';
import { recordStorm } from './storms.ts';
import { openTape, playTape } from './tapes.ts';
import { readWords, SAME_WORDS, Translation, type Words } from './words.ts';

interface Subject {
  readonly name: string;
  /** A sentence when it cannot be recorded. */
  record(recorder: Recorder): string | undefined;
}

function stormOf(seed: number): Subject {
  return {
    name: `storm-${seed}`,
    record: (recorder) => {
      recordStorm(seed, recorder);
      return undefined;
    },
  };
}

function tapeOf(path: string, ticks: number): Subject {
  return {
    name: basename(path),
    record: (recorder) => {
      const tape = openTape(path);
      if (typeof tape === 'string') return tape;
      playTape(tape, ticks, recorder);
      return undefined;
    },
  };
}

function wordsOf(path: string | undefined): Words | string {
  if (path === undefined) return SAME_WORDS;
  const words = readWords(readFileSync(path, 'utf8'));
  return typeof words === 'string' ? `The words ${path} cannot be used: ${words}.` : words;
}

/** Exit code; lines go to stdout. */
function main(args: readonly string[]): number {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seeds: text, first: text, tapes: text, ticks: text, words: text, detail: text },
  });
  const [seeds, first, ticks] = [Number(values.seeds ?? 500), Number(values.first ?? 1), Number(values.ticks ?? 150_000)];
  if (![seeds, first, ticks].every((number) => Number.isSafeInteger(number) && number >= 0)) return complain('A count is a whole number.');
  const words = wordsOf(values.words);
  if (typeof words === 'string') return complain(words);
  const translation = new Translation(words);
  const all = [
    ...Array.from({ length: seeds }, (_, index) => stormOf(first + index)),
    ...(values.tapes ?? '').split(',').flatMap((path) => (path === '' ? [] : [tapeOf(path, ticks)])),
  ];
  const { detail } = values;
  const subjects = detail === undefined ? all : all.filter(({ name }) => name === detail);
  if (subjects.length === 0) return complain(`There is nothing to record${detail === undefined ? '' : ` by the name "${detail}"`}.`);
  for (const subject of subjects) {
    const lines: string[] = [];
    const recorder = new Recorder(translation, detail === undefined ? undefined : (line) => lines.push(line));
    const trouble = subject.record(recorder);
    if (trouble !== undefined) return complain(trouble);
    const { commits, frames, logs, hash } = recorder.recorded();
    process.stdout.write(detail === undefined ? `${subject.name} ${commits} ${frames} ${logs} ${hash}\n` : `${lines.join('\n')}\n`);
  }
  return 0;
}

function complain(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}

process.exitCode = main(process.argv.slice(2));
