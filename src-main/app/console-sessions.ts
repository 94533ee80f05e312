import { Sessions } from '#control/sessions';
import { SystemClock } from '#system/clock';

/** The sessions of consoles in browsers, there before the desk that lists them and the door that opens them, and their clock. */
export function consoleSessions(): { readonly clock: SystemClock; readonly sessions: Sessions } {
  const clock = new SystemClock();
  return { clock, sessions: new Sessions(clock) };
}
