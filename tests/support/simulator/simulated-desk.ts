import { onTestFinished } from 'vitest';
import { type Simulator, startSimulator } from '#simulator/simulator';
import { type LiveDesk, openLiveDesk } from '../core/live-desk.ts';

/** The whole desk on a simulator whose synthetic market waits to be stepped. Both end with the running test, the desk first. */
export async function simulatedDesk(): Promise<{ readonly simulator: Simulator; readonly live: LiveDesk }> {
  const simulator = await startSimulator({ port: 0, market: { kind: 'synthetic' }, speed: 'max', sessions: 'ignored', autostart: false });
  onTestFinished(() => simulator.close());
  const live = await openLiveDesk(simulator);
  onTestFinished(() => live.close());
  return { simulator, live };
}
