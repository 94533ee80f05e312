import type { Mutant } from './mutant.ts';

/** Defects that the desk once had, with their mending taken out again; storms alone are to see them. */
export const MUTANTS: readonly Mutant[] = [
  {
    id: 'once-broken/swallowed-cancel',
    file: 'src-main/core/reconciliation/compare.ts',
    old: "if (order.origin === 'foreign' || order.cancelAskedAt === undefined || !desk.cancelRetries.isDue(order.key, tx.at)) return;",
    new: 'return;',
    does: 'A cancel that TWS swallowed is not sent again, and the order works on.',
    // No storm of the first forty sees it any more: the kill and the retries of brackets ask again by themselves.
    tests: ['tests/unit/reconciliation/unknown-orders.test.ts', 'tests/faults/connections.test.ts'],
  },
  {
    id: 'once-broken/lost-send-stays-sent',
    file: 'src-main/core/reconciliation/link.ts',
    old: "if (order.state === 'SUBMITTED' || order.state === 'PENDING_REPLACE')\n        becomeUnknown",
    new: "if (order.state === 'PENDING_REPLACE')\n        becomeUnknown",
    does: 'An order that was sent into a dying line stays SUBMITTED, and nobody looks for it.',
    tests: [],
    seeds: [5],
  },
  {
    id: 'once-broken/kill-of-an-earlier-life',
    file: 'src-main/core/reconciliation/link.ts',
    old: '  resumeKill(desk);\n',
    new: '',
    does: 'A kill in the middle of which the process died is not finished by the next life.',
    tests: ['tests/unit/safety/kill-resumed.test.ts'],
  },
  {
    id: 'once-broken/kill-not-followed-up',
    file: 'src-main/core/safety/kill.ts',
    old: "if (after?.phase !== 'verified') schedulePoll(desk);",
    new: '',
    does: 'A kill is looked at once, and neither verified nor are its residuals cancelled again.',
    tests: [],
    seeds: [14],
  },
  {
    id: 'once-broken/book-opens-early',
    file: 'src-main/core/state/comparison-progress.ts',
    old: 'if (this.#isOpened || !this.#done) return false;',
    new: 'if (this.#isOpened) return false;',
    does: 'The book opens on positions before the comparison of its own connection has ended.',
    tests: [],
    seeds: [2],
  },
  {
    id: 'once-broken/refused-and-listed',
    file: 'src-main/core/reports/open-order.ts',
    old: 'if (before !== undefined && repeats(desk, before, news, completed)) {\n    forgetRefusals(desk, key);',
    new: 'if (before !== undefined && repeats(desk, before, news, completed)) {',
    does: 'A stop that a code calls rejected and a list names unchanged is booked as rejected, and works on unseen.',
    tests: [],
    seeds: [48, 69, 71],
  },
];
