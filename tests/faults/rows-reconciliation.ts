import { FILE, type FaultRow, shown } from './row.ts';

export const SCENARIOS_R: readonly FaultRow[] = [
  shown(
    'R-01',
    'nothing on both sides',
    `${FILE.RECONCILIATION}R-01: nothing here and nothing at the broker: the book is clean and arming is allowed`,
  ),
  shown(
    'R-02',
    'our reference works at the broker',
    `${FILE.RECONCILIATION}R-02: a working order of an earlier run is taken up under its reference, tied to its trigger, which stays disarmed`,
  ),
  shown(
    'R-03',
    'a foreign or manual order works',
    `${FILE.RECONCILIATION}R-03: orders of people and of other programs are counted and never touched`,
    `${FILE.CORE_LINK}manual and foreign orders are adopted, counted in exposure, and marked as what they are (R-03)`,
  ),
  shown(
    'R-04',
    'our order filled today: fills rebuilt, trigger done',
    `${FILE.PROCESS}R-04: a trigger whose order of this generation had left is spent, not offered again; an older order spends nothing`,
  ),
  shown(
    'R-05',
    'intent on file, unknown to the broker',
    `${FILE.PROCESS}P-02, R-05: killed between the intent and the write: UNKNOWN, counted, looked for, and never sent again`,
  ),
  shown(
    'R-06',
    'intent on file, works at the broker',
    `${FILE.PROCESS}P-03: an order that left before the death is found by its reference and taken up once; nothing is sent again`,
    `${FILE.CORE_LINK}an UNKNOWN order that IB lists again comes back, also with the very same words as before (R-06)`,
  ),
  shown(
    'R-07',
    'filled while the desk was down: protection',
    'unit/protection/coverage-watch.test.ts › R-07, R-27: filled while the desk was down, and no stop at IB: alarm, and protection is offered; nothing is sent',
  ),
  shown(
    'R-08',
    'part filled, cancelled while the desk was down',
    `${FILE.RECONCILIATION}R-08: an order that filled in part and was cancelled while the desk was away keeps its part`,
    `${FILE.RECONCILIATION}R-08: so it is when the executions come before the list, and for an order of an earlier run`,
  ),
  shown(
    'R-09',
    'cancel pending here, works there',
    `${FILE.CORE_KILL}a cancel that may have died with the socket is sent again after the reconnect, of a kill and of the operator`,
  ),
  shown(
    'R-10',
    'cancel pending here, filled there: FILLED, alarm',
    'faults/reconciliation-fills.test.ts › R-10: a cancel that loses against a fill while the desk is away: FILLED',
  ),
  shown(
    'R-11',
    'works here, filled there',
    `${FILE.CORE_IDENTITY}an own order that filled while the desk was away: FILLED, and the fill is in the position once (R-07, R-11)`,
    `${FILE.CORE_LINK}fills of the time without connection are booked from the executions of the next one`,
  ),
  shown(
    'R-12',
    'works here, cancelled there',
    `${FILE.RECONCILIATION}R-12: an order that worked here and is completed as cancelled there is CANCELLED`,
  ),
  shown(
    'R-13',
    'works here, nowhere there: UNKNOWN, asked again, then the operator',
    'unit/reconciliation/unknown-orders.test.ts › R-05, R-13: absence is proven by three complete lists over ten seconds, offered to the operator, and never acted on',
  ),
  shown(
    'R-14',
    'a position larger than its fills: EXTERNAL, PAUSED until acknowledged',
    'unit/reconciliation/position-check.test.ts › R-14: a position larger than its fills becomes EXTERNAL within four seconds, pauses the desk, and waits for the operator’s word',
    'unit/reconciliation/position-check.test.ts › what another program filled is looked up within a second of the broker’s figure, and pauses nothing',
  ),
  shown(
    'R-15',
    'a position of the opposite sign',
    `${FILE.RECONCILIATION}R-15: a position of the opposite sign pauses the desk with an alarm`,
  ),
  shown(
    'R-16',
    'the same twice in a listing',
    `${FILE.RECONCILIATION}R-16: what a listing says twice, and says again, changes nothing more`,
  ),
  shown('R-17', 'execution before open order', `${FILE.CORE_IDENTITY}an execution before its order is joined when the order comes (R-17)`),
  shown(
    'R-18',
    'two orders with order id 0',
    `${FILE.CORE_IDENTITY}permId 0 is no identity: two manual orders without ids stay two, an own order is upgraded once`,
  ),
  shown(
    'R-19',
    'an order id used again',
    `${FILE.CORE_IDENTITY}an order id used again in another session is not taken for the old order (I-23, R-19)`,
  ),
  shown(
    'R-20',
    'an end marker that never comes',
    `${FILE.CORE_LINK}a reconciliation without answer is asked again and nothing leaves meanwhile (R-20)`,
  ),
  shown(
    'R-21',
    'accounts or parts missing',
    `${FILE.TWS_CONNECTION}a handshake without order number or accounts is no connection (%s)`,
    `${FILE.CORE_LINK}the gate stays shut until all four ends of the same epoch are in (I-24)`,
  ),
  shown('R-22', 'client id busy', `${FILE.TWS_CONNECTION}a taken client id: the same id again, later, until it is free`),
  shown(
    'R-23',
    'compared twice, or into live fills',
    `${FILE.RECONCILIATION}R-23: a reconciliation that runs twice, and one into live fills, leads to the same book as one`,
  ),
  shown(
    'R-24',
    'permId 0 of an order just sent',
    `${FILE.CORE_IDENTITY}permId 0 is no identity: two manual orders without ids stay two, an own order is upgraded once`,
  ),
  shown(
    'R-25',
    'a GTC order of last week: taken up, its age shown',
    `${FILE.PROCESS}R-25: of an order that no journal knows only a lower bound of its age is known`,
    `${FILE.PROCESS}R-25: an order of the last run keeps why it exists, whose exit it is and how old it is, also under a reference that TWS dropped`,
    `${FILE.RECONCILIATION}O-45: an order that IB itself cancelled, after months or a corporate action, is found by the next comparison and told`,
  ),
  shown(
    'R-26',
    'a reference cut or dropped',
    `${FILE.RECONCILIATION}R-26: a reference that TWS cut or dropped makes a stranger of an order, unless its permId is known`,
  ),
  shown(
    'R-27',
    'parent filled, a child is missing',
    'unit/protection/coverage-watch.test.ts › R-07, R-27: filled while the desk was down, and no stop at IB: alarm, and protection is offered; nothing is sent',
    'unit/protection/coverage-watch.test.ts › R-27: the stop of the bracket was cancelled at IB: it is offered again where it stood',
  ),
  shown(
    'R-28',
    'children for another quantity than the parent filled',
    'unit/protection/coverage-watch.test.ts › R-28: a stop for less than is held is offered to be enlarged',
    'unit/protection/coverage-watch.test.ts › R-28: a stop for more than is held is offered to be shrunk',
    'unit/protection/coverage-watch.test.ts › R-28: one command enlarges the stop, and the target of its group with it',
    'unit/protection/coverage-watch.test.ts › R-28: one command shrinks what works for more than is held',
  ),
  shown(
    'R-29',
    'fills older than IB tells',
    'faults/reconciliation-fills.test.ts › R-29: where executions are older than IB tells them, the position is the broker’s and the operator hears of the hole',
  ),
  shown(
    'R-30',
    'restart while the kill is latched',
    `${FILE.CORE_REARM}a latch of an earlier run starts the desk in EMERGENCY, disarmed, and keeps the gate shut`,
  ),
];
