import { lockFolder } from '#journal/folder-lock';

/** Holds a data folder until it is ended. Argument: the folder. */
const folder = process.argv[2];
if (folder === undefined) throw new Error('Usage: lock-child.ts FOLDER');
const lock = lockFolder(folder, { program: 'TriggerDesk of a child', since: Date.UTC(2026, 0, 2, 3, 4, 5) });
process.stdout.write(lock.ok ? 'held\n' : `${lock.error.text}\n`);
// An end all the same, should the test die first.
setTimeout(() => undefined, 60_000);
