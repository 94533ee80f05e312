import { FILE, type FaultRow, shown } from './row.ts';

export const FAULTS_T: readonly FaultRow[] = [
  shown(
    'T-01',
    'the machine’s clock is set forward or back: what waits is due in time, nothing fires by it',
    `${FILE.TIME}T-01: the machine’s clock is set %s: an order without an answer is looked up in time, and a kill’s cancel is sent again`,
    `${FILE.TIME}T-01: the machine’s clock is set by %i ms: the step fires nothing, and the next crossing on a fresh quote fires once`,
    `${FILE.TIME}T-01: set back, the program’s time goes on, a little slower, and says by how much; set right again it is right, set forward it jumps as after a sleep`,
    `${FILE.REFUSALS}a clock that jumped an hour makes every quote old, in both directions`,
    'property/recent-sends.test.ts › a clock that was set back hides no send: those of before it seem to lie ahead, and still count',
  ),
  shown(
    'T-02',
    'a step of three seconds is told',
    `${FILE.TIME}T-02: a step of %i ms between the clocks is told once with its size, and time on the screen is the broker’s again`,
    'desk/broker-time.test.ts › a machine whose clock is wrong at the first word of the broker is told to set it',
  ),
  shown(
    'T-03',
    'the hour that spring leaves out',
    `${FILE.TIME}T-03: a window inside the hour that spring leaves out does not open that day and opens once on the next; one over it opens once`,
    `${FILE.CLOCKS}jumps from 02:00 to 03:00 in spring at the very millisecond`,
  ),
  shown(
    'T-04',
    'the hour that autumn has twice',
    `${FILE.TIME}T-04: a window inside the hour that autumn has twice fires once: in the first, and not again in the second`,
    `${FILE.CLOCKS}repeats the hour from 01:00 in autumn`,
  ),
  shown(
    'T-05',
    'the weeks in which Europe and America differ: the exchange’s clock decides',
    `${FILE.CLOCKS}opens at 09:30 on both sides of either change, also in the weeks when Europe has not changed yet`,
    `${FILE.CLOCKS}agrees with Intl for every quarter hour of a year`,
  ),
  shown(
    'T-06',
    'IB’s times: by their zone, or not at all',
    `${FILE.TIME}T-06: an execution is timed by the zone that IB names, an ambiguous hour by its first, and by nothing where no zone is named`,
    `${FILE.TIME}T-06: %s is no time in any zone: it is not rolled over into another day`,
    `${FILE.TIME}T-06: the hours of a contract without a zone that means something are refused, and the date of an order with one is none`,
    'unit/tws/order-fields.test.ts › %s is good until that moment, wherever it was written',
  ),
  shown(
    'T-07',
    'half days, holidays and closes that only the broker knows of',
    `${FILE.TIME}T-07: %s: the session decides whether an order of regular hours leaves; a crossing outside it holds, and outside hours it may`,
    `${FILE.CLOCKS}%s closes at 13:00`,
    `${FILE.REFUSALS}regular hours come from the contract where it states them`,
  ),
  shown(
    'T-08',
    'midnight while a position is held: no limit begins anew by itself',
    `${FILE.TIME}T-08: midnight of %s while a position loses: the day is IB’s, so the loss blocks on until IB’s own figure is another`,
    `${FILE.TIME}T-08: midnight of %s forgets no firing: the fourth within ten minutes over it locks the trigger (C-09)`,
  ),
  shown(
    'T-09',
    'leap seconds and the year 2038',
    `${FILE.TIME}T-09: over the second at which 32 bits end in 2038 the desk fires, fills, times and writes as in any other`,
    `${FILE.TIME}T-09: a leap second is the first of the next minute`,
  ),
];
