import { FILE, type FaultRow, shown } from './row.ts';

const FULL = 'desk/journal-full.test.ts › ';
const LATCH = 'unit/app/kill-latch.test.ts › ';

export const FAULTS_S: readonly FaultRow[] = [
  shown(
    'S-01',
    'the disk of the journal is full: orders are refused, cancels and kill work',
    `${FULL}refuses orders while the journal cannot be written, pauses the desk, and still cancels`,
    `${FULL}kills while the journal cannot be written`,
    `${FILE.JOURNAL}refuses records as values after %i bytes of one, and the next good one begins with a gap marker`,
    `${FILE.CORE_FIRING}what the journal cannot record is not sent, and the desk pauses (I-15)`,
  ),
  shown(
    'S-02',
    'the disk fails or is read-only: the same',
    `${FULL}refuses orders while the journal cannot be written, pauses the desk, and still cancels`,
    `${FILE.JOURNAL}that fail make the journal fail; what follows goes to a new file with a marker of what is doubtful`,
    `${FILE.JOURNAL}at the start leaves a failed journal that knows the numbering and opens its run as soon as it can`,
  ),
  shown(
    'S-03',
    'a sync takes five seconds: no order without its record, and the lag is seen',
    `${FILE.STORAGE}S-03: a disk that takes five seconds to sync: each order is in the file before it leaves, the lag is seen, and a death meanwhile loses nothing`,
    `${FILE.STORAGE}S-03: when the disk comes back after five seconds the lag is gone and everything is on it`,
    `${FILE.TWS_ORDERS}a queued order that finds no place within two seconds is reported as not sent`,
  ),
  shown(
    'S-04',
    'a torn last line is moved away and the chain goes on',
    `${FILE.JOURNAL}a torn last line is moved away, the chain goes on and the journal says so`,
    `${FILE.JOURNAL}every length of the last line is recovered from`,
  ),
  shown(
    'S-05',
    'a flipped byte: found, alarmed, and the start waits for the operator',
    `${FILE.JOURNAL}a flipped byte anywhere, also one that leaves the JSON good`,
    'property/journal-audit.test.ts › I-14: any edited byte in any file is found, with file and line',
    'unit/app/start-holds.test.ts › A5: a journal that does not verify keeps the desk from starting until the operator has taken note of it',
  ),
  shown(
    'S-06',
    'the journal deleted or swapped: the checkpoint shows it',
    `${FILE.HEAD}S-06: an older copy of the whole directory in place of it`,
    `${FILE.HEAD}that the newest file is gone, or all of them`,
    `${FILE.HEAD}a file rewritten with a chain of its own, be it as long or longer`,
  ),
  shown(
    'S-07',
    'a settings file that is broken: the defaults, nothing is armed, the backup is named',
    `${FILE.STORAGE}S-07: whatever becomes of a settings file, it is in force as it says, or the defaults are, nothing starts or arms, and the file stays`,
    `${FILE.STORAGE}S-07: under a settings file that is %s the desk neither starts nor arms, and the file of before the last change is offered by name`,
    'unit/app/settings-store.test.ts › a settings file that is %s is never written over: not at the start, not by a change in the console',
  ),
  shown(
    'S-08',
    'a settings file of a newer version is refused',
    `${FILE.STORAGE}S-08: a settings file of a newer version %s is refused whole, named, and stays: none of it is in force and the desk does not start`,
  ),
  shown(
    'S-09',
    'the files of order ids or latch are gone: no id comes back, and the desk is disarmed',
    `${FILE.STORAGE}S-09: the file of the order ids is gone: no number that TWS has counted, that a list names, or that a copy remembers comes again`,
    `${FILE.STORAGE}S-09: the latch is gone beside a journal: set and in doubt, so the desk stays disarmed and the gate shut until the operator’s word`,
    'unit/app/desk-files.test.ts › a file that is gone beside its copy is no new beginning either',
    `${LATCH}A5: latch and journal gone, and only the checkpoint left: it counts as set`,
  ),
  shown(
    'S-10',
    'a state that says "armed" arms nothing',
    `${FILE.STORAGE}S-10: a state that says "armed" arms nothing: files with such a word are refused, and triggers of the last run come as drafts of a desk that is IDLE`,
    `${FILE.STORAGE}S-10: an engine that the journal left running is IDLE in the next run`,
  ),
  shown(
    'S-11',
    'a scanner holds a file: tried again, nothing breaks',
    `${FILE.STORAGE}S-11: a scanner holds the file of the triggers: the desk goes on, tells it once and writes it as soon as it may`,
    `${FILE.STORAGE}S-11: a file of the triggers that stays locked is tried for some seconds and then with the next change, not for ever`,
    `${FILE.STORAGE}S-11: a scanner holds the file of the order ids: the next number is written, so that a death cannot bring one back`,
    'unit/app/settings-store.test.ts › a change that cannot be written is not in force either, and one that can is both',
    `${FILE.HEAD}that cannot be written does not trouble the commits, and the older one stays`,
  ),
  shown(
    'S-12',
    'a long journal: the start reads its newest file and the checkpoint',
    `${FILE.STORAGE}S-12: a journal of many files is taken up by its newest one and the checkpoint: ten times as much of it costs no byte more`,
    'unit/journal/earlier-orders.test.ts › a journal that is too long to be read back says so and gives what it has',
  ),
  shown(
    'S-13',
    'no keychain is needed: sessions live in memory alone',
    `${FILE.STORAGE}S-13: a session lives in memory alone: no file holds its secret, no keychain is asked, and nothing of one run opens the next`,
    'gateway/control-door.test.ts › a session of an earlier run is closed with a code that a page can show',
  ),
];
