/**
 * Writes resources/demo-tape.csv.gz: one hour of an invented market from the opening of 6 October 2026, a regular Tuesday.
 * Run it with Node 24: `node scripts/make-demo-tape.ts`. The same script writes the same ticks for ever.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { demoTapeText } from '../src-main/simulator/market/demo-tape.ts';

const target = fileURLToPath(new URL('../resources/demo-tape.csv.gz', import.meta.url));
const text = demoTapeText();
const bytes = gzipSync(text, { level: 9 });
await mkdir(dirname(target), { recursive: true });
await writeFile(target, bytes);
process.stdout.write(`${target}: ${String(text.split('\n').length - 2)} ticks, ${String(Math.round(bytes.length / 1024))} KiB\n`);
