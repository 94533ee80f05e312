import type { BugName } from '../storm/bugs.ts';
import { storm } from '../storm/storm.ts';
import type { Recorder } from './recorder.ts';

/** Everything that the storm of this seed does, and how it ends. `bug` plants a known defect. */
export function recordStorm(seed: number, recorder: Recorder, bug?: BugName): void {
  const { violations, leftovers, settledMs } = storm(seed, { weather: false, listener: recorder, ...(bug === undefined ? {} : { bug }) });
  for (const violation of violations) recorder.note(`violated: ${violation}`);
  const left = leftovers.flat().map(({ reason, subject, amount }) => `${reason} ${subject} ${amount}`);
  recorder.note(`settled after ${settledMs} ms, left to the operator: ${left.sort().join(', ')}`);
}
