import type { SystemClock } from '#system/clock';
import { inForeground } from '#system/foreground';

const LOOK_MS = 1_000;

/**
 * Says whether standard input may be read, now and whenever that changes: in the background the system would stop the desk for
 * reading the terminal. What is no terminal may always be read. The returned function ends it.
 */
export function whileInForeground(clock: SystemClock, tell: (may: boolean) => void): () => void {
  if (!process.stdin.isTTY) {
    tell(true);
    return () => undefined;
  }
  const look = (): void => tell(inForeground());
  let stopTimer = (): void => undefined;
  const again = (): void => {
    look();
    // Elsewhere looking starts a program, so that only a return from a stop is looked at.
    if (process.platform === 'linux') stopTimer = clock.after(LOOK_MS, again);
  };
  again();
  if (process.platform !== 'win32') process.on('SIGCONT', look);
  return () => {
    stopTimer();
    process.off('SIGCONT', look);
  };
}
