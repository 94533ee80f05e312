import type { Contract } from '#domain/contract';
import { type Price, priceOf, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import { minus, plus } from '#domain/scaled';
import type { CallName } from '#protocol/commands';
import type { DeskProcess } from './desk-process.ts';
import { Gone, type Operator } from './operator.ts';
import type { Act, Arm, CyclePlan } from './plan.ts';

const SYMBOLS = ['AAPL', 'MSFT', 'NVDA', 'TSLA', 'SPY', 'AMZN', 'IBM', 'BAC'] as const;
const CENT = priceOf(0.01);
const WAIT_MS = 20_000;
const RUNNING: ReadonlySet<string> = new Set(['SCANNING', 'LEVEL_BUILDING', 'SIGNAL_WAIT', 'SIZING', 'EXECUTION', 'MANAGING']);

export function isRunning(operator: Operator): boolean {
  return RUNNING.has(operator.status?.engine ?? '');
}

/** What the operator does in a cycle, over the same door as the console. */
export class Hand {
  readonly #contracts = new Map<string, Contract>();
  /** Commands that the desk refused, in its own words. */
  readonly refusals = new Map<string, number>();

  /** Follows every symbol; the desk's own list of them outlives its process. */
  async watchAll(operator: Operator): Promise<void> {
    for (const symbol of SYMBOLS) {
      const { contracts } = await operator.must('symbols.search', { text: symbol });
      const contract = contracts.find((one) => one.symbol === symbol);
      if (contract === undefined) throw new Error(`${symbol} was not found`);
      this.#contracts.set(symbol, contract);
      await operator.must('quote.watch', { contract });
    }
  }

  /** From whatever state the last cycle left the desk in to one in which triggers fire; false when it does not get there. */
  async makeReady({ operator, child }: DeskProcess, plan: CyclePlan): Promise<boolean> {
    for (let step = 0; step < 12; step += 1) {
      const state = operator.status?.engine ?? 'IDLE';
      if (RUNNING.has(state)) {
        await this.#decide(operator, plan);
        return true;
      }
      if (state === 'EMERGENCY') {
        await operator.until(() => [undefined, null, 'verified'].includes(operator.status?.kill?.phase), 3_000);
        await this.#ask(operator, 'engine.acknowledge', { reason: 'seen' });
      } else if (state === 'STOPPED') await this.#rearm(operator, (line) => child.types(line));
      else if (state === 'ERROR') await this.#ask(operator, 'engine.recover', {});
      else if (state === 'PAUSED') await this.#ask(operator, 'engine.resume', {});
      else if (state === 'IDLE') {
        await this.#decide(operator, plan);
        await this.#ask(operator, 'engine.start', {});
      }
      await operator.until(() => operator.status?.engine !== state, state === 'INITIALIZING' ? WAIT_MS : 3_000);
    }
    return false;
  }

  /** Asked for on the screen; the desk's terminal has the last word. */
  async #rearm(operator: Operator, types: (line: string) => void): Promise<void> {
    await this.#ask(operator, 'engine.rearm.request', {});
    await operator.until(() => operator.status?.rearmPhrase !== null && operator.isReconciled, WAIT_MS);
    const reply = await operator.ask('engine.rearm.confirm', { phrase: operator.status?.rearmPhrase ?? '' });
    if (reply.ok) return;
    const line = reply.error.code === 'confirm-at-terminal' ? /type (yes \S+) there/.exec(reply.error.text)?.[1] : undefined;
    if (line === undefined) this.#counted('engine.rearm.confirm', reply.error.code);
    else types(line);
  }

  /** The operator's word on everything that was found, and on unknown orders that the broker has proven not to have. */
  async #decide(operator: Operator, plan: CyclePlan): Promise<void> {
    let at = 0;
    for (const row of operator.adoptions()) {
      const wanted = plan.decisions[(at += 1) % plan.decisions.length] ?? 'adopt';
      await this.#ask(operator, 'adoption.decide', { key: row.key, decision: row.decisions.includes(wanted) ? wanted : 'adopt' });
    }
    for (const row of operator.orders())
      if (row.settleable) await this.#ask(operator, 'order.settle', { key: row.key, expectedVersion: row.version, confirmed: true });
  }

  /** True when it was armed. */
  async arm(operator: Operator, arm: Arm, name: string): Promise<boolean> {
    if (arm.again) {
      const rows = operator.watchers().filter(({ life }) => life === 'draft' || life === 'failed' || life === 'fired');
      const row = rows[arm.which % Math.max(1, rows.length)];
      if (row !== undefined) return this.#armSeen(operator, 'trigger.rearm', row.spec, { id: row.id, expectedVersion: row.version });
    }
    // The door opens before the first prices have come.
    await operator.until(() => this.#lastOf(operator, arm) !== undefined, WAIT_MS);
    const spec = this.#spec(operator, arm, name);
    return spec !== undefined && (await this.#armSeen(operator, 'trigger.arm', spec, { spec }));
  }

  /** Reads the preview and arms what it showed; read again while the market changes what it says in between. */
  async #armSeen(operator: Operator, name: 'trigger.arm' | 'trigger.rearm', spec: TriggerSpec, input: object): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      const preview = await operator.ask('trigger.preview', { spec, ...('id' in input ? { id: input.id } : {}) });
      if (!preview.ok) return this.#counted('trigger.preview', preview.error.code);
      const { fingerprint, needs } = preview.value;
      const reply = await operator.ask(name, { ...input, fingerprint, confirmed: needs.map(({ kind }) => kind) });
      if (reply.ok) return true;
      if (reply.error.code !== 'preview-differs' || tries === 5) return this.#counted(name, reply.error.code);
    }
  }

  #lastOf(operator: Operator, arm: Arm): Price | undefined {
    const contract = this.#contracts.get(SYMBOLS[arm.symbol] ?? 'IBM');
    return operator.quotes().find((row) => row.conId === contract?.conId)?.last ?? undefined;
  }

  #spec(operator: Operator, arm: Arm, name: string): TriggerSpec | undefined {
    const contract = this.#contracts.get(SYMBOLS[arm.symbol] ?? 'IBM');
    const last = this.#lastOf(operator, arm);
    if (contract === undefined || last === undefined) return undefined;
    const levels = {
      'at-or-above': CENT,
      'at-or-below': priceOf(100_000),
      'crosses-above': plus(last, CENT),
      'crosses-below': minus(last, CENT),
    } as const;
    const up = arm.side === 'BUY' ? 1 : -1;
    const cents = (price: number): Price => trustedPrice(Math.round(price / CENT) * CENT);
    const entry: TriggerSpec['action']['entry'] =
      arm.entry === 'MKT'
        ? { type: 'MKT' }
        : arm.entry === 'LMT'
          ? { type: 'LMT', limitOffset: cents(up * 2 * CENT) }
          : arm.entry === 'resting'
            ? { type: 'LMT', limitOffset: cents(-up * last * 0.02) }
            : { type: 'STP', stop: cents(last + up * 3 * CENT) };
    return {
      name,
      condition: { kind: 'price', contract, field: arm.field, test: arm.test, level: levels[arm.test] },
      action: {
        contract,
        side: arm.side,
        quantity: units(arm.shares),
        entry,
        tif: 'DAY',
        outsideRth: false,
        ...(arm.target === undefined ? {} : { target: { kind: 'percent', basisPoints: arm.target } }),
        ...(arm.stop === undefined ? {} : { stop: { kind: 'percent', basisPoints: arm.stop } }),
      },
      rthOnly: false,
    };
  }

  /** `which` chooses among what there is to act on. */
  async act(operator: Operator, act: Act, which: number): Promise<void> {
    const pick = <T>(all: readonly T[]): T | undefined => all[which % Math.max(1, all.length)];
    switch (act.do) {
      case 'close': {
        const row = pick(operator.positions().filter(({ quantity }) => quantity !== 0));
        if (row === undefined) return;
        await this.#ask(operator, 'position.close', { account: row.account, conId: row.conId, percent: act.percent, confirmed: true });
        return;
      }
      case 'cancel': {
        const row = pick(operator.orders().filter(({ cancellable }) => cancellable));
        if (row !== undefined) await this.#ask(operator, 'order.cancel', { key: row.key });
        return;
      }
      case 'cancel-all':
        await this.#ask(operator, 'orders.cancel-all', { scope: 'own' });
        return;
      case 'modify': {
        const row = pick(operator.orders().filter(({ modifiable, limit }) => modifiable && limit !== null));
        if (row?.limit == null) return;
        await this.#ask(operator, 'order.modify', { key: row.key, expectedVersion: row.version, limit: row.limit + act.by });
        return;
      }
      case 'disarm':
      case 'fire-now': {
        const row = pick(operator.watchers().filter(({ life }) => life === 'armed'));
        if (row !== undefined) await this.#ask(operator, `trigger.${act.do}`, { id: row.id, expectedVersion: row.version });
        return;
      }
    }
  }

  /** A refusal is the desk's right; it is counted. */
  async #ask(operator: Operator, name: CallName, input: unknown): Promise<boolean> {
    const reply = await operator.ask(name, input);
    return reply.ok || this.#counted(name, reply.error.code);
  }

  #counted(name: CallName, code: string): false {
    const why = `${name}: ${code}`;
    this.refusals.set(why, (this.refusals.get(why) ?? 0) + 1);
    return false;
  }
}

/** Runs what a dying desk may interrupt. True when it was not. */
export async function untilDeath(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof Gone) return false;
    throw error;
  }
}
