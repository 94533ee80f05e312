import { FILE, type FaultRow, shown } from './row.ts';

const CLOSES = ' closes the connection at once, names the damage and the next connection works (F6)';

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
];

export const FAULTS_N: readonly FaultRow[] = [
  shown(
    'N-01',
    'TWS does not run: told; a closed port is tried every 2 s, one that answers and ends from 1 to 60 s apart',
    `${FILE.TWS_CONNECTION}nothing listens at the port: the operator reads what to start and what to switch on`,
    `${FILE.TWS_CONNECTION}a port at which nothing listens is asked every two seconds, and the desk is found when it starts at last`,
    `${FILE.TWS_CONNECTION}attempts that somebody answers and ends grow from one second to a minute`,
  ),
  shown(
    'N-02',
    'accepted, no handshake: 10 s, again',
    `${FILE.LINK}N-02: a peer that says nothing is given up after ten seconds and tried again until it speaks`,
    `${FILE.TWS_CONNECTION}a peer that accepts and says nothing is given up after ten seconds`,
  ),
  shown(
    'N-03',
    'no nextValidId: not ready, nothing queued',
    `${FILE.TWS_CONNECTION}a handshake without order number or accounts is no connection (%s)`,
  ),
  shown(
    'N-04',
    'clean end while idle: PAUSED, reconnect, compare',
    `${FILE.LINK}N-04: a connection that ends in order pauses the desk within a second, is rebuilt, and the book is compared`,
  ),
  shown(
    'N-05',
    'reset with unanswered orders: UNKNOWN, looked up',
    `${FILE.LINK}N-05: a reset with an order on the way makes it UNKNOWN; the next connection finds it and nothing is sent twice`,
  ),
  shown(
    'N-06',
    'half-open: noticed within 15 s, the gate sooner',
    `${FILE.TWS_CONNECTION}a mute gateway is noticed within 15 s and given up after the second missed heartbeat (F4)`,
    `${FILE.TWS_ORDERS}without a sign of life within half a second the order is not sent, also when the line wakes later`,
  ),
  shown(
    'N-07',
    'half-open while sending: UNKNOWN, alarm',
    `${FILE.CORE_LINK}what was sent and not answered when the link was lost is UNKNOWN, counted, shown and never sent again (I-02)`,
    `${FILE.TWS_CONNECTION}a mute gateway is noticed within 15 s and given up after the second missed heartbeat (F4)`,
  ),
  shown(
    'N-08',
    'old answers on a dead epoch',
    `${FILE.LINK}N-08: what a peer says on a connection that was given up is heard by nobody`,
    `${FILE.TWS_LINK}reconciliation ends per epoch; an end that belongs to an older epoch is not told`,
  ),
  shown(
    'N-09',
    'answers after 5 to 30 s: time-outs, no duplicates',
    'unit/reconciliation/unknown-orders.test.ts › an order that is never answered while the connection stands is looked up, becomes UNKNOWN and blocks arming',
  ),
  shown('N-10', 'a byte at a time', `${FILE.TWS_BYTES}bytes that come one at a time are read like any others`),
  shown(
    'N-11',
    'many frames in one chunk: all read, a kill gets through',
    'gateway/tws-latency.test.ts › a kill pressed during a burst of 100 000 ticks leaves after at most three more reads of the socket (M-07, F11)',
  ),
  shown(
    'N-12',
    'a frame of length zero: told; the guard closes (G-5), the next connection goes on',
    `${FILE.TWS_BYTES}a length of zero${CLOSES}`,
  ),
  shown('N-13', 'a negative length', `${FILE.TWS_BYTES}a negative length${CLOSES}`),
  shown('N-14', 'a length of 16 MB', `${FILE.TWS_BYTES}a length of 16 MB${CLOSES}`),
  shown('N-15', 'no NUL at the end', `${FILE.TWS_BYTES}a frame without its closing NUL${CLOSES}`),
  shown(
    'N-16',
    'invalid UTF-8, controls, direction marks',
    `${FILE.TWS_BYTES}text that is not UTF-8${CLOSES}`,
    'unit/tws/notices.test.ts › text is made safe to show: no controls, no direction marks, no endless lines',
  ),
  shown(
    'N-17',
    'unknown message, fields too many or too few: PAUSED, compare',
    `${FILE.TWS_BYTES}a short order status is never guessed: the desk is told to reconcile and the line stays (K-19)`,
    `${FILE.TWS_BYTES}a long order status is never guessed: the desk is told to reconcile and the line stays (K-19)`,
    `${FILE.TWS_BYTES}an unknown message is noticed once and changes nothing`,
    `${FILE.CORE_LINK}a new epoch without a lost socket pauses and reconciles too (an undecodable order message)`,
  ),
  shown('N-18', 'bad JSON in a rejection', `${FILE.TWS_BYTES}bad JSON in a rejection keeps the notice and the fill behind it (F6)`),
  shown(
    'N-19',
    'a hundred reconnects: no order, no listener leaks',
    `${FILE.LINK}N-19: a hundred lost connections leave no timer, no order that was not asked for, and one connection per client id`,
  ),
  shown(
    'N-20',
    '1100 fifty times: one alarm, gate shut',
    `${FILE.TWS_LINK}1100 on the info event shuts the gate, keeps the sockets and is told once however often it comes (F8)`,
  ),
  shown(
    'N-21',
    '1100, fills, 1102: fills booked, compared',
    `${FILE.TWS_LINK}fills inside an outage are delivered like any others (F9)`,
    `${FILE.CORE_LINK}while TWS has lost IB nothing leaves, fills are booked, and the desk is paused (F9)`,
  ),
  shown(
    'N-22',
    '1101: everything asked for again, triggers start anew',
    `${FILE.TWS_LINK}1101 asks for every stream again under a new number, and says that the next tick is only a baseline`,
    'unit/trigger/refusals.test.ts › the first tick is only a baseline for a crossing',
  ),
  shown(
    'N-23',
    '1102 and silence: stale, asked for again',
    `${FILE.TWS_LINK}after 1102 a stream that stays silent is asked for again, one that ticks is left alone`,
    `${FILE.CORE_FIRING}a quote of the traded contract that is too old denies the order (C-05)`,
  ),
  shown(
    'N-24',
    '2103: only its symbols, the socket stays',
    `${FILE.TWS_LINK}a farm that breaks is a lamp of its own: no socket closes and orders still leave`,
    `${FILE.CORE_FIRING}a broken data farm holds the triggers of its contracts until it is back`,
    'unit/market/quote-board.test.ts › keeps a farm fault to the contracts that the farm serves',
  ),
  shown(
    'N-25',
    '2110 for ten minutes: the alarm grows',
    `${FILE.STANDING}N-25: ten minutes of 2110: three reminders, nothing leaves, and the end says ten minutes`,
    `${FILE.STANDING}N-25: an outage (%s) is told again after 1, 5, 10, 30 and 60 minutes, then ever more seldom, and at its end with its length`,
  ),
  shown('N-26', '1300: alarm, no more knocking', `${FILE.TWS_LINK}1300 ends the knocking at the old port and says what to do`),
  shown(
    'N-27',
    '326: later, with the same id',
    `${FILE.TWS_CONNECTION}a taken client id: the same id again, later, until it is free`,
    `${FILE.TWS_CONNECTION}an end of file right after the start is read as a taken id`,
  ),
  shown('N-28', 'storms of 502 and 504: few lines', `${FILE.LINK}N-28: a storm of 502 and 504 is told once each, however long it lasts`),
  shown(
    'N-29',
    'nightly reset: nothing leaves, ids rise, compared',
    `${FILE.LINK}N-29: a nightly reset, with positions that come late: nothing leaves and nothing fires until the last end is in`,
    `${FILE.TWS_ORDERS}ids rise over a gateway that went backwards, over every id seen and over restarts of the desk (F9)`,
  ),
  shown(
    'N-30',
    'Sunday log-in refused for nine hours: LOGIN REQUIRED',
    `${FILE.STANDING}N-30: TWS waits for a log-in for nine hours: LOGIN REQUIRED stands, is repeated, no lamp is green; then the desk comes back by itself, paused`,
    `${FILE.STANDING}N-30: on other days a restart of TWS has five minutes, and what is no want of a log-in is not called one`,
  ),
  shown(
    'N-31',
    'TWS restarts in the second of sending',
    'faults/connections.test.ts › N-31: TWS restarts in the second of sending and counts its ids from lower: the order is UNKNOWN, found if it is listed, and no id is used again',
    'faults/connections.test.ts › N-31: an order that the restart lost is never listed: UNKNOWN, not sent again, and offered as proven absent',
  ),
  shown(
    'N-32',
    'one of the three connections drops',
    'faults/connections.test.ts › N-32: one of the three connections drops: the desk pauses, the others stay open and their fills are booked, only the lost one is built anew',
    'property/tws-pacing.test.ts › no second holds more than 40 messages, cancels wait no more than 100 ms, everything ends once (I-17)',
  ),
  shown('N-33', 'another service at the port', `${FILE.TWS_CONNECTION}an HTTP server at the port is named as such`),
  shown(
    'N-34',
    'the port says one thing, the account another',
    `${FILE.ACCOUNT_PORT}N-34: at port %i the account %s: %s`,
    `${FILE.ACCOUNT_PORT}N-34: a paper account at a live port: nothing is ready until the operator has confirmed the account`,
    `${FILE.ACCOUNT_PORT}N-34: a live account at a paper port: the mismatch is said beside what a live account needs anyway, and the typed id covers both`,
    `${FILE.ACCOUNT_PORT}N-34: while %s stands the desk cannot be started, and nothing can be armed`,
  ),
  shown(
    'N-35',
    'other accounts after a reconnect',
    `${FILE.TWS_CONNECTION}the managed accounts change after a reconnect: orders wait for the operator`,
  ),
  shown(
    'N-36',
    'error 100, then the end: half the rate, alarm, no loss',
    `${FILE.LINK}N-36: error 100 and then the end of the connection: the rate halves, the operator hears it, every waiting order is reported`,
    `${FILE.LINK}N-36: the operator is alarmed by error 100, and no order moves`,
  ),
];
