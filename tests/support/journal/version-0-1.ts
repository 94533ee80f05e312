import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { OrderKey } from '#domain/ids';
import { encodeLine, GENESIS } from '#journal/line';
import { temporaryDirectory } from '../temporary.ts';

const FIXTURE = join(import.meta.dirname, '../../fixtures/journal-0.1');
const PACKED = '.ndjson.gz';

/** The states of version 0.1, as its table of states had them; `keyIn01` says which order of the fixture is in which. */
export const STATES_01 = [
  'INTENT',
  'QUEUED',
  'SUBMITTED',
  'UNKNOWN',
  'ACCEPTED',
  'HELD',
  'PARTIAL',
  'MODIFY_PENDING',
  'CANCEL_PENDING',
  'INACTIVE',
  'CANCELLED',
  'EXPIRED',
  'REJECTED',
  'FILLED',
  'DENIED',
  'ABORTED_BY_KILL',
] as const;

export function keyIn01(state: (typeof STATES_01)[number]): OrderKey {
  return `TD1-${String.fromCharCode(65 + STATES_01.indexOf(state)).repeat(8)}-1-1-E` as OrderKey;
}

/** The data directory that version 0.1 left behind, for the running test. `change` alters the bodies of the journal's lines as another program would. */
export function leftBy01(change: (body: string) => string = (body) => body): { readonly data: string; readonly journal: string } {
  const data = temporaryDirectory();
  const journal = join(data, 'journal');
  mkdirSync(journal);
  for (const name of readdirSync(FIXTURE)) {
    if (name.endsWith('.json')) copyFileSync(join(FIXTURE, name), join(data, name));
    if (!name.endsWith(PACKED)) continue;
    const text = gunzipSync(readFileSync(join(FIXTURE, name))).toString('utf8');
    writeFileSync(join(journal, name.slice(0, -'.gz'.length)), chained(text, change));
  }
  return { data, journal };
}

function chained(text: string, change: (body: string) => string): string {
  let prev = GENESIS;
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const made = encodeLine(prev, change(bodyOf(line)));
      prev = made.sum;
      return made.text;
    })
    .join('');
}

/** As it stands in the line, to the letter. */
function bodyOf(line: string): string {
  const mark = '","body":';
  return line.slice(line.indexOf(mark) + mark.length, -1);
}
