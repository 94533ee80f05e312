// Ends a run of steps: names what failed, prints the closing line last, and gives the exit code.
import { stopSignal } from './child.mjs';
import { complain, elapsed, note } from './say.mjs';
import { add, closingLine, NOTHING } from './tally.mjs';

/** @param {readonly { readonly name: string, readonly tally: import('./tally.mjs').Tally }[]} results */
export function close(results) {
  const total = results.map((result) => result.tally).reduce(add, NOTHING);
  const failed = results.filter((result) => result.tally.failed > 0).map((result) => result.name);
  console.log('');
  if (failed.length > 0) complain(`Failed: ${failed.join(', ')}.`, '');
  if (stopSignal() !== undefined) complain('Interrupted: the counts are of the steps that ran.', 'run the same command again.');
  note(`took ${elapsed()}`);
  console.log(closingLine(total));
  if (stopSignal() !== undefined) return 130;
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}
