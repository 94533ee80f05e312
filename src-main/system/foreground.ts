import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Whether this process may read its terminal. One in the background that reads it is stopped by the system, an armed desk too, so
 * it must not try.
 */
export function inForeground(): boolean {
  if (process.platform === 'win32') return true;
  try {
    // After the name in brackets, which may hold anything: state, parent, process group, session, terminal, its foreground group.
    const stat = process.platform === 'linux' ? readFileSync('/proc/self/stat', 'latin1') : '';
    const fields = stat === '' ? askPs() : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return stat === '' ? fields[0] === fields[1] : fields[2] === fields[5];
  } catch {
    return false;
  }
}

function askPs(): readonly string[] {
  const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8', timeout: 1_000 });
  return stdout.trim().split(/\s+/);
}
