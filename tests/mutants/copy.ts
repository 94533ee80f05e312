import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', 'out', 'test-results', 'dist']);

/** A copy of the project in which one file at a time is made wrong; the packages are shared. */
export class Copy {
  readonly folder = mkdtempSync(join(tmpdir(), 'mutants-'));

  constructor() {
    for (const name of readdirSync(ROOT)) if (!LEFT_OUT.has(name)) cpSync(join(ROOT, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Runs `work` while `file` holds `text`. */
  async with<T>(file: string, text: string, work: () => Promise<T>): Promise<T> {
    const path = join(this.folder, file);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, text);
    try {
      return await work();
    } finally {
      writeFileSync(path, before);
    }
  }

  remove(): void {
    unlinkSync(join(this.folder, 'node_modules'));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
