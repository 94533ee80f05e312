import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Raised when the runner judges differently, so that no earlier answer is taken for one of today. */
const EDITION = 1;

/** What one run of tests or storms showed. */
export interface Seen {
  /** What turned red; null when everything stayed green. */
  readonly red: string | null;
  readonly ms: number;
  /** Of storms without a fault: the seeds that are violated all the same, and that say nothing of a fault. */
  readonly violated?: readonly number[];
}

/**
 * What earlier runs saw, by the content of everything that took part. Git ignores the file. A line is added for each run, so that a run
 * that is ended early, and a second run beside it, lose nothing.
 */
export class Known {
  readonly #path: string;
  readonly #seen = new Map<string, Seen>();

  constructor(root: string, fresh: boolean) {
    this.#path = join(root, 'node_modules/.cache/mutants.jsonl');
    if (fresh || !existsSync(this.#path)) return;
    for (const line of readFileSync(this.#path, 'utf8').split('\n')) {
      const entry = parsed(line);
      if (entry !== undefined) this.#seen.set(entry.key, entry);
    }
  }

  get(key: string): Seen | undefined {
    return this.#seen.get(key);
  }

  add(key: string, seen: Seen): void {
    this.#seen.set(key, seen);
    mkdirSync(dirname(this.#path), { recursive: true });
    appendFileSync(this.#path, `${JSON.stringify({ key, ...seen })}\n`);
  }
}

/** A line that was cut by a crash is no memory. */
function parsed(line: string): (Seen & { readonly key: string }) | undefined {
  try {
    const entry = JSON.parse(line) as Partial<Seen & { readonly key: string }>;
    if (typeof entry.key !== 'string' || typeof entry.ms !== 'number' || entry.red === undefined) return undefined;
    return { ...entry, key: entry.key, red: entry.red, ms: entry.ms };
  } catch {
    return undefined;
  }
}

export function keyOf(...parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([EDITION, ...parts]))
    .digest('hex');
}
