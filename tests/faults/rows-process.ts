import { FILE, type FaultRow, shown } from './row.ts';

const STANDSTILL = 'gateway/tws-standstill.test.ts › ';
const { DEFECTS } = FILE;
const E2E = 'e2e/process-faults.spec.ts › ';
const BOUNDS = 'faults/bounds.test.ts › ';
const QUIT = 'unit/desktop/quit.test.ts › ';

/** Process and host. */
export const FAULTS_P: readonly FaultRow[] = [
  shown(
    'P-01',
    'killed before the intent is on file: the order is not sent',
    `${FILE.PROCESS}P-01: the intent is handed to the journal before the first byte of its order, and a death in between sends nothing`,
    `${FILE.CORE_FIRING}what the journal cannot record is not sent, and the desk pauses (I-15)`,
    `${FILE.CORE_FIRING}an order whose own record was lost is not sent, also when the journal is well again at once`,
  ),
  shown(
    'P-02',
    'killed between intent and write: UNKNOWN, not resent',
    `${FILE.PROCESS}P-02, R-05: killed between the intent and the write: UNKNOWN, counted, looked for, and never sent again`,
    `${FILE.PROCESS}P-02: what the dead desk believed to be at IB and IB has completed is not UNKNOWN`,
    `${FILE.PROCESS}P-02: a journal that cannot be read is told, and the broker’s lists are what there is`,
    'unit/journal/earlier-orders.test.ts › an order counts as its last cell says: on its way or at the broker, not what has ended',
  ),
  shown(
    'P-03',
    'killed between write and answer: found by orderRef, taken up',
    `${FILE.PROCESS}P-03: an order that left before the death is found by its reference and taken up once; nothing is sent again`,
  ),
  shown(
    'P-04',
    'killed between answer and its record: the comparison writes it down',
    `${FILE.PROCESS}P-04: an acknowledgement that the dead process did not write down is written down by the next comparison`,
  ),
  shown(
    'P-05',
    'killed between two legs of a bracket: legs cancelled, no naked entry',
    `${FILE.PROCESS}P-05: killed between two legs: what TWS may hold untransmitted is cancelled by the next run, by the numbers written before`,
    'unit/journal/earlier-orders.test.ts › the numbers of a bracket are on file before it leaves, and stand in for those that no commit holds',
  ),
  shown(
    'P-06',
    'killed during a cancel or a change: state from the broker',
    `${FILE.PROCESS}P-06: a death during a cancel or a change, the order is %s at IB: the next run has it %s`,
  ),
  shown(
    'P-07',
    'killed during a kill: latched, disarmed, cancels repeated',
    'faults/process-kill.test.ts › P-07: a death during a kill: the next run is latched and disarmed, and nothing fires or leaves',
  ),
  shown(
    'P-08',
    'killed a hundred times while triggers fire (a few times in the tests, a hundred by npm run chaos)',
    `${FILE.CHAOS}P-08: killed again and again while its triggers fire, each order comes to the broker once, no fill is lost, and the book equals the ledger`,
  ),
  shown(
    'P-09',
    'a frame that hangs the library: seen at once, PAUSED, rebuilt',
    'faults/connections.test.ts › P-09: a frame that hangs IB’s library, with triggers armed: seen at once, PAUSED, nothing leaves, rebuilt and compared',
  ),
  shown(
    'P-10',
    'the process that talks to TWS crashes (here the desk itself): back and compared within 3 s, nothing armed',
    `${FILE.CHAOS}P-10: the process that talks to TWS dies and the next one has compared its book within three seconds; nothing is armed by itself`,
  ),
  shown(
    'P-11',
    'the page crashes: the desk goes on, the page comes back',
    'e2e/shell.spec.ts › a page that crashes comes back with everything it showed',
  ),
  shown(
    'P-12',
    'the page hangs: kill by tray and global key',
    'e2e/hung-page.spec.ts › P-12: while the page hangs, a kill by the tray is carried out',
    'e2e/hung-page.spec.ts › P-12: while the page hangs, a kill by the global key is carried out',
  ),
  shown(
    'P-13',
    'the GPU process dies: no effect on the desk',
    `${E2E}P-13: the GPU process dies: the desk goes on, its window draws and obeys`,
  ),
  shown(
    'P-14',
    'an exception that nobody caught: nothing more leaves, written down, told; cancel and kill stay possible',
    `${DEFECTS}P-14: an exception that nobody caught shuts the gate, is written down and told; the process stays to cancel and to kill`,
    `${E2E}P-14: an exception in the main process of the window stops what would be sent, and its kill works`,
  ),
  shown(
    'P-15',
    'a rejection that nobody handled: the same',
    `${DEFECTS}P-15: a rejection that nobody handled is the same defect: ERROR, written down, and a kill still works`,
    `${E2E}P-15: a rejection in the main process of the window is the same defect`,
  ),
  shown(
    'P-16',
    'the event loop stands still: every socket taken for dead, nothing sent, nothing fired on what lay in the sockets',
    `${STANDSTILL}an order that is the first to look is refused, and nothing leaves, not even later`,
    `${STANDSTILL}without a byte it is noticed by the next pulse`,
    `${STANDSTILL}what lay in the sockets meanwhile is not written down as heard: nobody acted on it`,
  ),
  shown(
    'P-17',
    'the machine sleeps: compared before anything, no trade on what was slept through',
    `${FILE.CHAOS}P-17: a desk that stood still takes its connection for dead, pauses, compares its book, and trades on nothing it slept through`,
    `${STANDSTILL}whoever was %s takes every socket for dead at the first byte, and hears nothing of what lay in them`,
  ),
  shown(
    'P-18',
    'a second instance on one data folder: refused, the first comes forward',
    'e2e/shell.spec.ts › a second instance shows the first one’s window and ends itself',
    'chaos/two-desks.test.ts › A4: the second desk on a data folder says who holds it and ends; no order can leave after a kill through it, and the journal of the first stays whole',
    'unit/journal/folder-lock.test.ts › a folder has one holder, whichever way it is spelled, and the second is told who it is',
  ),
  shown(
    'P-19',
    'a second program under the same client id: 326 is told, no fight for the id',
    `${FILE.TWS_CONNECTION}a taken client id: the same id again, later, until it is free`,
    `${FILE.TWS_CONNECTION}an end of file right after the start is read as a taken id`,
  ),
  shown(
    'P-20',
    'quitting with working orders: asked, entries and exits named, nothing taken away',
    `${QUIT}P-20: with orders at the broker and nothing armed it asks as well, and says what stays there`,
    `${QUIT}armed: asks, names what continues and what stops, stops the desk, then leaves`,
    `${E2E}P-20: with nothing armed and an order at the broker the window asks before it quits, and says what stays`,
    'e2e/shell.spec.ts › quitting while armed asks, says what goes on and what stops, and stays when refused',
  ),
  shown(
    'P-21',
    'the system ends the program: in order and at once, the journal sealed, orders as they are, nothing flattened',
    `${DEFECTS}P-21: ended by the system with an order at the broker: the journal is sealed, the order stays, nothing is flattened or sent`,
    `${E2E}P-21: SIGTERM while armed asks nothing and ends in order, its journal sealed`,
    `${QUIT}a system that shuts down does not wait for the answer, and the late answer does nothing`,
  ),
  shown(
    'P-22',
    'memory: every queue stops at its bound, by count; the soak of 24 hours is a bench, not a test',
    `${BOUNDS}P-22: what waits for TWS stops at a bound in every lane, what is too much is refused, and a kill still goes out first`,
    `${BOUNDS}P-22: what waits for a disk that refuses is bounded by count and by size, and what was not kept is counted`,
    `${BOUNDS}P-22: of the messages kept for a report the oldest go, and a long one keeps only its beginning`,
    'desk/stream-flow.test.ts › memory stays flat while a screen sleeps: rows, deletions and log lines are bounded by what exists',
    'unit/workers/scheduler.test.ts › a full queue refuses as a value and takes jobs again when there is room',
    'unit/engine/forgets.test.ts › of commission reports whose fill never comes the oldest is forgotten, and the newest still finds its fill',
  ),
  shown(
    'P-23',
    'others burn every core: a kill is obeyed before what comes after it (the order of events, in virtual time on real sockets)',
    'faults/starved.test.ts › P-23: a desk that is starved for %s obeys a kill before what lies in its sockets and what is said after it',
    'faults/starved.test.ts › P-23: without a kill the same desk fires on what lay in its sockets',
  ),
  {
    row: 'P-24',
    what: 'an update during a session',
    gap: 'This program has no updater yet: "Double-click: the packaged desk for Windows, and its updates".',
  },
];
