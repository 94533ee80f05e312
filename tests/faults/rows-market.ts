import { FILE, type FaultRow, shown } from './row.ts';

const LATER = "belongs to the issue 'Any instrument, any account, any hour'";

export const FAULTS_M: readonly FaultRow[] = [
  shown(
    'M-01',
    'what is no number: dropped, counted, fires nothing',
    `${FILE.TWS_MARKET}the price %j is no tick; it is counted (F7)`,
    `${FILE.QUOTES}drops what is no price, takes −1 and 0 for "no data", and counts both`,
    'unit/trigger/registry.test.ts › nothing that is no price reaches a trigger',
  ),
  shown(
    'M-02',
    '−1 and 0 say that there is no price',
    `${FILE.TWS_MARKET}the price %j says that there is none (M-02)`,
    `${FILE.QUOTES}drops what is no price, takes −1 and 0 for "no data", and counts both`,
    `${FILE.CORE_FIRING}a side of the market that IB withdraws is unknown, not remembered`,
  ),
  shown(
    'M-03',
    'a price below zero where the contract may have one',
    `${FILE.MARKET}M-03: a future at −37.63 is a price: its trigger fires, the collar measures it and the order leaves there; a stock’s is dropped`,
    'property/price-of-type.test.ts › quote, risk, ticket, trigger and exchange say the same of every price of every type',
  ),
  shown(
    'M-04',
    'a crossed or locked quote decides nothing, also for a rule over the last price',
    `${FILE.REFUSALS}holds for $fault, says so, and fires once the quote is good while the price stays beyond`,
    `${FILE.REFUSALS}is dropped when the price goes back while it holds for $fault`,
    `${FILE.CORE_RISK}C-05: a faulty quote denies with its own sentence`,
  ),
  shown(
    'M-05',
    'a market of one side: market orders and measured ones are denied',
    `${FILE.MARKET}M-05: a %s while IB shows no %s (%j) is denied for want of a two-sided market, and one after it leaves`,
    `${FILE.CORE_RISK}C-03: a one-sided market measures nothing`,
  ),
  {
    row: 'M-06',
    what: 'a jump of a fifth needs a second word',
    gap: `C-06 ${LATER}; until then a market order follows a jump at once, and the collar measures a limit against the market after it.`,
  },
  shown(
    'M-07',
    'a burst of half a million ticks: folded, orders and kill between two of them',
    'gateway/tws-latency.test.ts › a kill pressed during a burst of 100 000 ticks leaves after at most three more reads of the socket (M-07, F11)',
    `${FILE.MARKET}M-07: half a million ticks fold into one quote and one firing, write nothing down, and a fill or a kill between two of them acts before the next`,
    'desk/stream-flow.test.ts › quotes are sent at most ten times a second, however often they change and the timer runs',
  ),
  shown(
    'M-08',
    'a feed that falls silent: stale, fires nothing',
    'unit/trigger/conditions.test.ts › but not on a quote that has grown old; it waits for the next tick',
    `${FILE.REFUSALS}of one contract holds while another that the rule looks at is old, and either one’s tick tests it again`,
    `${FILE.CORE_FIRING}a quote of the traded contract that is too old denies the order (C-05)`,
  ),
  shown(
    'M-09',
    'delayed and frozen data fire nothing',
    `${FILE.REFUSALS}holds for $fault, says so, and fires once the quote is good while the price stays beyond`,
    `${FILE.QUOTES}knows of a halt and of delayed data at once, without waiting for a tick`,
    `${FILE.TWS_MARKET}%s is translated`,
  ),
  shown(
    'M-10',
    'ticks told twice or dated back: one time a contract, which only goes on',
    `${FILE.MARKET}M-10: ticks dated back or told twice: what came last counts, a quote only grows younger, and one crossing is one order`,
    'unit/state/exchange-clock.test.ts › the time of a trade moves the clock of a tape alone, and only forward',
  ),
  shown(
    'M-11',
    'the first price after a reconnection is beyond the level: nothing until it is confirmed',
    `${FILE.MARKET}M-11: SIM: what crossed while the data connection was cut does not fire: the first price is a baseline, the next confirms it, a crossing after it counts`,
    `${FILE.REFUSALS}the first tick is only a baseline for a crossing`,
    `${FILE.REFUSALS}a level needs a second tick to confirm it`,
    `${FILE.TWS_LINK}1101 asks for every stream again under a new number, and says that the next tick is only a baseline`,
    `${FILE.TWS_LINK}the day’s figure is asked for anew with every link that is ready again: TWS tells none twice, and the desk forgets it with the link (M-11)`,
  ),
  shown(
    'M-12',
    'a refused or taken stream: an alarm, and the watcher says so',
    `${FILE.MARKET}M-12: SIM: an account without market data: IB’s refusal is an alarm with the symbol, the watcher says that it has no price, and nothing fires`,
    `${FILE.MARKET}M-12: a stream that ends with %i is an alarm, and its watcher holds with a reason instead of standing there as armed`,
    `${FILE.TWS_LINK}a stream that another session of the user took is asked for again after a minute`,
  ),
  {
    row: 'M-13',
    what: 'a split, a roll or another contract number: the trigger is disarmed',
    gap: `C-17 ${LATER}; until then a trigger keeps its contract number, and prices under another one do not fire it.`,
  },
  shown(
    'M-14',
    'halted: fires nothing',
    `${FILE.REFUSALS}holds for $fault, says so, and fires once the quote is good while the price stays beyond`,
    `${FILE.QUOTES}knows of a halt and of delayed data at once, without waiting for a tick`,
    `${FILE.TWS_MARKET}%s is translated`,
  ),
];
