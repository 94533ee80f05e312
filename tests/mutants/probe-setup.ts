// Writes down which blocks of the project each test file runs; the probes are put in by probe-child.ts.
import { appendFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';

const ran = new Set<string>();
(globalThis as { mutantProbe?: Set<string> }).mutantProbe = ran;
afterAll(() => {
  const path = process.env['MUTANT_PROBE_FILE'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ test: expect.getState().testPath, ran: [...ran] })}\n`);
});
