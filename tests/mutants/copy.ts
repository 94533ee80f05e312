import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', 'out', 'test-results', 'dist', 'coverage', 'playwright-report']);
const NAME = /^mutants-(\d+)-/;

/** A copy of the project in which one file at a time is made wrong; the packages are shared. */
export class Copy {
  /** Its name holds the process that made it, so that what a killed run left behind is known for what it is. */
  readonly folder = mkdtempSync(join(tmpdir(), `mutants-${process.pid}-`));

  /** @param root the project, or a copy of it */
  constructor(root: string) {
    for (const name of readdirSync(root)) if (!LEFT_OUT.has(name)) cpSync(join(root, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** Runs `work` while `file` holds `text`. */
  async with<T>(file: string, text: string, work: () => Promise<T>): Promise<T> {
    const path = join(this.folder, file);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, text);
    try {
      return await work();
    } finally {
      // Gone when the run was interrupted.
      if (existsSync(path)) writeFileSync(path, before);
    }
  }

  remove(): void {
    const packages = join(this.folder, 'node_modules');
    if (existsSync(packages)) unlinkSync(packages);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes the copies of runs that were killed before they could. */
export function sweepCopies(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !lives(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 3 });
  }
}
