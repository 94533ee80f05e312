import { setImmediate } from 'node:timers/promises';
import { journalDesk } from './journal-desk.ts';

/** Commits and tells each number after its commit, until it is killed. Argument: the journal's directory. */
const directory = process.argv[2];
if (directory === undefined) throw new Error('Usage: journal-child.ts DIRECTORY');
const desk = journalDesk(directory);
// Far more than the test waits for; an end all the same, should the test die first.
for (let value = 1; value <= 100_000 && process.stdout.writable; value += 1) {
  desk.commit(value);
  process.stdout.write(`${desk.coordinator.seq}\n`);
  await setImmediate();
}
