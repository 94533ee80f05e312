interface Change {
  /** End of the path. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

/** Defects that a desk could have, as changes of its text. Each breaks one promise that only the death of a process puts to the test. */
export const BUGS = {
  /** What was executed while the desk was dead is not taken up by the next one. */
  'fill-lost-at-reconciliation': [
    {
      file: 'core/reports/fill.ts',
      from: 'const { execution } = news;',
      to: 'const { execution } = news; if (!news.live) return;',
    },
  ],
  /** An order whose answer the dead desk did not see is sent again by the next one. */
  'resent-at-start': [
    {
      file: 'tws/order/order-sender.ts',
      from: 'const left = session.placeFrames === before + index + 1;',
      to: `const left = session.placeFrames === before + index + 1;
        process.getBuiltinModule('node:fs').writeFileSync(process.argv.at(-1) + '/resend.json', JSON.stringify([wire.contract, leg.order]));`,
    },
    {
      file: 'tws/tws-adapter.ts',
      from: 'const known = this.#board.accounts;',
      to: `const known = this.#board.accounts;
    const fs = process.getBuiltinModule('node:fs');
    const file = process.argv.at(-1) + '/resend.json';
    if (session.role === 'orders' && fs.existsSync(file)) {
      const [contract, order] = JSON.parse(fs.readFileSync(file, 'utf8'));
      session.ib.placeOrder(nextValidId, contract, { ...order, parentId: 0, transmit: true });
    }`,
    },
  ],
  /** Each run counts its armings from one, so that an orderRef comes back. */
  'generation-repeated': [
    {
      file: 'core/strategy/trigger/generation.ts',
      from: 'return newest + 1;',
      to: 'return 1;',
    },
  ],
  'armed-by-itself': [
    { file: 'core/execution/trigger-transition.ts', from: "{ ...draft, life: 'draft' }", to: "{ ...draft, life: 'armed' }" },
  ],
  'latch-forgotten': [
    {
      file: 'app/desk-files.ts',
      from: 'return { set: true, reason: latch.reason, scope: latch.scope, exits: latch.exits };',
      to: 'return { set: false, reason: latch.reason, scope: latch.scope, exits: latch.exits };',
    },
  ],
  /** Whoever slept goes on as if nothing had been. */
  'sleeps-unnoticed': [{ file: 'tws/session/suspend-detector.ts', from: 'if (stood >= TIMING.suspended) this.#woke(stood);', to: '' }],
  /** A firing that never reaches the journal. */
  'intent-not-recorded': [
    {
      file: 'journal/commit-journal.ts',
      from: 'append(record: CommitRecord, writesText?: string): Result<void> {',
      to: `append(record, writesText) {
        if (record.name === 'trigger.fire') return { ok: true, value: undefined };`,
    },
  ],
} as const satisfies Readonly<Record<string, readonly Change[]>>;

export type BugName = keyof typeof BUGS;

/** Node's flags for a desk with this bug. */
export function planted(bug: BugName): readonly string[] {
  return ['--import', new URL(`./plant.ts?bug=${bug}`, import.meta.url).href];
}
