import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A data folder of its own for one desk, unless the test brings one (to start twice on the same). */
export function dataPlace(given: string | undefined): { readonly dir: string; readonly remove: () => void } {
  if (given !== undefined) return { dir: given, remove: () => undefined };
  const dir = mkdtempSync(join(tmpdir(), 'triggerdesk-e2e-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Debian's chromium, or the one that `npm test` has found. */
export function chromiumPath(): string {
  return process.env['TRIGGERDESK_CHROMIUM'] ?? '/usr/bin/chromium';
}

/** Waits for a promise no longer than `ms`; the answer says whether it came. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
