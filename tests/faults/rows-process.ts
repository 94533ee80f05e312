import { FILE, type FaultRow, shown } from './row.ts';

const STANDSTILL = 'gateway/tws-standstill.test.ts › ';
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
  { row: 'P-13', what: 'the GPU process dies: no effect on the desk', gap: 'Not written yet.' },
  { row: 'P-14', what: 'an exception that nobody caught', gap: 'Not written yet.' },
  { row: 'P-15', what: 'a rejection that nobody handled', gap: 'Not written yet.' },
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
    'e2e/shell.spec.ts › quitting while armed asks, says what goes on and what stops, and stays when refused',
  ),
  { row: 'P-21', what: 'the system ends the program', gap: 'Not written yet.' },
  { row: 'P-22', what: 'memory', gap: 'Not written yet.' },
  { row: 'P-23', what: 'others burn the processor', gap: 'Not written yet.' },
  {
    row: 'P-24',
    what: 'an update during a session',
    gap: 'This program has no updater yet: "Double-click: the packaged desk for Windows, and its updates".',
  },
];
