// Writes down which places of the project each test file runs; the probes are put in by probe-child.ts.
import { appendFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';

const ran = new Set<string>();
(globalThis as { mutantProbe?: Set<string> }).mutantProbe = ran;
const path = process.env['MUTANT_PROBE_FILE'];
// The programs and threads that a test starts hold no probes: V8 writes down what they run.
const folder = `${path ?? ''}-${process.pid}-${crypto.randomUUID()}`;
if (path !== undefined) process.env['NODE_V8_COVERAGE'] = folder;
afterAll(() => {
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ test: expect.getState().testPath, ran: [...ran], folder })}\n`);
});
