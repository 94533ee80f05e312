import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstLine, linesOf, linesWith } from '#journal/reading';
import { verifyJournal } from '#journal/verify';
import { work } from '../support/core/desk-line.ts';
import { FaultyFiles } from '../support/journal/faulty-files.ts';
import { journalDesk } from '../support/journal/journal-desk.ts';
import { holds } from '../support/property.ts';

let root = '';
let directory = '';
let names: readonly string[] = [];

/** Three runs over several files, with frames, and with characters that a careless decoder takes for others. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'triggerdesk-test-'));
  directory = join(root, 'journal');
  for (let run = 0; run < 3; run += 1) {
    const desk = journalDesk(directory, { maxBytes: 8_000 });
    for (let value = 1; value <= 12; value += 1) {
      desk.journal.frame({ at: desk.clock.now(), clientId: 2, direction: 'in', text: `openOrder ${value} \uFFFDé€😀` });
      desk.commit(value);
      desk.coordinator.submit(work(() => undefined, { name: `named \uFFFD ${value}` }));
    }
    await desk.journal.close();
  }
  names = readdirSync(directory).sort();
  expect(names.length).toBeGreaterThan(4);
  expect(verifyJournal(directory).ok).toBe(true);
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Puts the file back as it was after `look`. */
function changed(name: string, change: (bytes: Buffer) => Buffer, look: (before: Buffer) => void): void {
  const path = join(directory, name);
  const before = readFileSync(path);
  writeFileSync(path, change(Buffer.from(before)));
  try {
    look(before);
  } finally {
    writeFileSync(path, before);
  }
}

test('I-14: any edited byte in any file is found, with file and line', async () => {
  await holds(
    'an edited byte is found',
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (file, place, xor, allowTornEnd) => {
      const name = names[file % names.length] ?? '';
      let line = 0;
      changed(
        name,
        (bytes) => {
          const at = place % bytes.length;
          line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
          bytes.writeUInt8(bytes.readUInt8(at) ^ xor, at);
          return bytes;
        },
        () => {
          const verified = verifyJournal(directory, undefined, { allowTornEnd });
          expect(verified.ok).toBe(false);
          if (verified.ok) return;
          // The lost end of the very last line shows only in what the checkpoint says of the lines before it.
          const atEnd = verified.error.code === 'truncated-behind-checkpoint';
          expect([verified.error.file, verified.error.line]).toEqual([name, atEnd ? line - 1 : line]);
        },
      );
    }),
    1_000,
  );
}, 120_000);

test('every byte that a lenient decoder would take for the same character is found', () => {
  for (const name of names) {
    const text = readFileSync(join(directory, name));
    for (let at = text.indexOf('\uFFFD'); at >= 0; at = text.indexOf('\uFFFD', at + 1)) {
      for (const other of [0xf0, 0xf1, 0xf4, 0xee]) {
        changed(
          name,
          (bytes) => {
            bytes.writeUInt8(other, at);
            return bytes;
          },
          () => {
            expect(verifyJournal(directory)).toMatchObject({ ok: false, error: { file: name } });
          },
        );
      }
    }
  }
}, 120_000);

test('whole lines cut off anywhere are found', async () => {
  await holds(
    'a missing end is found',
    fc.property(fc.nat(), fc.nat(), (file, keep) => {
      const name = names[file % names.length] ?? '';
      changed(
        name,
        (bytes) => {
          const lines = bytes.toString('utf8').split('\n').slice(0, -1);
          const kept = lines.slice(0, keep % lines.length);
          return Buffer.from(kept.map((line) => `${line}\n`).join(''), 'utf8');
        },
        () => {
          const verified = verifyJournal(directory, undefined, { allowTornEnd: true });
          expect(verified.ok ? 'nothing' : verified.error.code).toMatch(/^(chain|truncated-behind-checkpoint)$/);
        },
      );
    }),
    300,
  );
}, 120_000);

/** A file that comes in pieces of the given sizes, over and over. */
class PiecewiseFiles extends FaultyFiles {
  readonly #sizes: readonly number[];
  #next = 0;

  constructor(sizes: readonly number[]) {
    super();
    this.#sizes = sizes;
  }

  override readAt(fd: number, target: Uint8Array, position: number): number {
    this.#next += 1;
    return super.readAt(fd, target.subarray(0, this.#sizes[this.#next % this.#sizes.length] ?? 1), position);
  }
}

test('lines are found as a plain search finds them, however the file comes in pieces', async () => {
  const path = join(root, 'lines.ndjson');
  const letter = fc.constantFrom('a', 'b', 'ab', 'é', '"', ' ');
  await holds(
    'lines with a text',
    fc.property(
      fc.array(fc.string({ unit: letter, maxLength: 12 })),
      fc.string({ unit: letter, maxLength: 4 }),
      fc.array(fc.string({ unit: letter, minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
      (lines, end, texts, sizes) => {
        const text = lines.map((line) => `${line}\n`).join('') + end;
        writeFileSync(path, text);
        const files = new PiecewiseFiles(sizes);
        let start = 0;
        const whole = lines.map((line) => {
          const from = start;
          start += Buffer.byteLength(line) + 1;
          return { line, from, to: start };
        });
        const told = (found: Iterable<{ readonly bytes: Buffer; readonly start: number; readonly end: number }>) =>
          Array.from(found, ({ bytes, start: from, end: to }) => ({ line: bytes.toString('utf8'), from, to }));
        const rest = end === '' ? [] : [{ line: end, from: start, to: start + Buffer.byteLength(end) }];
        expect(told(linesOf(files, path))).toEqual([...whole, ...rest]);
        expect(told(linesWith(files, path, texts))).toEqual(whole.filter(({ line }) => texts.some((one) => line.includes(one))));
        expect(firstLine(files, path)?.toString('utf8')).toEqual(lines[0]);
        expect(files.openFiles).toBe(0);
      },
    ),
  );
});
