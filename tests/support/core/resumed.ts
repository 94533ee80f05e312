import { resumeDesk } from '#core/engine/operator-commands';
import type { CoreDesk } from './desk.ts';

/**
 * The connection is lost and back, IB's lists end, and the operator resumes; the last trade of IBM stands at 179.90, 1.5 s long. Throws
 * where the desk refuses to go on.
 */
export function resumed(desk: CoreDesk): void {
  desk.disconnect();
  desk.connect();
  desk.ends();
  const done = resumeDesk(desk.deskState, 'the test');
  if (!done.ok) throw new Error(done.error.text);
  desk.pnl();
  desk.quote(179.9);
  desk.wait(1_500);
  desk.quote(179.9);
}
