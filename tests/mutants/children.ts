import { type ChildProcess, spawn } from 'node:child_process';

/** Each child leads a group of its own, so that it ends with all it started. */
const alive = new Set<ChildProcess>();

export function remember(child: ChildProcess): void {
  alive.add(child);
  child.once('close', () => alive.delete(child));
}

/** Ends a child and everything it started, at once. */
export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

export function endAll(): void {
  for (const child of alive) endGroup(child);
}

/** Without the marks of a vitest that this one runs under; a mutant that fills the memory ends before the machine does. */
export function quietEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_ENV$|TEST$|FORCE_COLOR$)/.test(name));
  return { ...Object.fromEntries(own), NO_COLOR: '1', NODE_OPTIONS: '--max-old-space-size=2048 --disable-warning=ExperimentalWarning' };
}

/** Runs a program of the copy; the code is undefined when it took longer than the limit and was ended. */
export async function runProgram(
  folder: string,
  words: readonly string[],
  limitMs: number,
): Promise<{ readonly code: number | undefined; readonly text: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, words, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: quietEnvironment(),
      detached: true,
    });
    remember(child);
    let text = '';
    let hung = false;
    const hear = (chunk: Buffer): void => void (text = (text + chunk.toString()).slice(-100_000));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const limit = setTimeout(() => {
      hung = true;
      endGroup(child);
    }, limitMs);
    child.on('close', (code) => {
      clearTimeout(limit);
      done({ code: hung ? undefined : (code ?? 99), text });
    });
  });
}
