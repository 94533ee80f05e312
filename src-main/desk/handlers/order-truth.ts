import { decide } from '#core/engine/adoption';
import { breakeven, closePosition, protectPosition } from '#core/engine/closing';
import { type Hall, logLine } from '#core/engine/hall';
import { mendExits } from '#core/engine/mending';
import { modifyOrder } from '#core/engine/modify';
import { acknowledgeExternal } from '#core/engine/position-check';
import type { Refusal } from '#core/engine/refusal';
import { trailPosition } from '#core/engine/trailing';
import { settleOrder } from '#core/engine/unknown-orders';
import type { Contract } from '#domain/contract';
import { formatQuantity } from '#domain/quantity';
import { err, type Result } from '#domain/result';
import type { WhyStep } from '#protocol/commands';
import type { Handlers } from '../router.ts';
import { detailsToAct } from './details-to-act.ts';
import { done, failure } from './reply.ts';

export interface AuditPort {
  /** What the journals of all runs say of an order; `complete` is false where older files were left out or could not be read. */
  history(key: string): Promise<Result<{ readonly steps: readonly WhyStep[]; readonly complete: boolean }>>;
  /** Writes the audit trail of a time (epoch ms) into a new file; returns its path and how many rows it has. */
  export(format: 'csv' | 'json', from: number, to: number): Promise<Result<{ readonly path: string; readonly rows: number }>>;
}

type Names =
  | 'order.modify'
  | 'order.settle'
  | 'adoption.decide'
  | 'position.close'
  | 'position.protect'
  | 'position.breakeven'
  | 'position.acknowledge'
  | 'position.trail'
  | 'position.mend'
  | 'positions.flatten-all'
  | 'audit.export';

export interface TruthPorts {
  readonly hall: Hall;
  readonly audit: AuditPort;
  readonly withDetails: (contracts: readonly Contract[]) => Promise<Result<void>>;
}

/** Commands on what is at the broker: orders, positions, what was found at the start. */
export function truthHandlers({ hall, audit, withDetails }: TruthPorts): Pick<Handlers, Names> {
  const contractOf = (account: string, conId: number): Contract | undefined =>
    [...hall.stores.positions.values()].find((held) => held.contract.conId === conId && held.account === account)?.contract;

  /** The contract's tick decides prices, so its details are fetched first. */
  async function onPosition(
    input: { readonly account: string; readonly conId: number },
    act: () => Result<number, Refusal>,
  ): Promise<ReturnType<typeof done> | ReturnType<typeof failure>> {
    const contract = contractOf(input.account, input.conId);
    if (contract === undefined) return failure('not-found', 'There is no such position.');
    const known = await detailsToAct(hall, withDetails, [contract]);
    return done(known.ok ? act() : known);
  }

  return {
    'order.modify': async (input, caller) => {
      const order = hall.index.get(input.key);
      if (order === undefined) return failure('not-found', 'There is no such order.');
      const known = await detailsToAct(hall, withDetails, [order.contract]);
      if (!known.ok) return done(known);
      const { limit, stop, quantity } = input;
      const terms = {
        ...(limit === undefined ? {} : { limit }),
        ...(stop === undefined ? {} : { stop }),
        ...(quantity === undefined ? {} : { quantity }),
      };
      return done(modifyOrder(hall, input.key, input.expectedVersion, terms, caller.by));
    },
    'order.settle': (input, caller) => done(settleOrder(hall, input.key, input.expectedVersion, caller.by)),
    'adoption.decide': (input, caller) => done(decide(hall, input.key, input.decision, caller.by)),
    'position.close': (input, caller) => onPosition(input, () => closePosition(hall, input.account, input.conId, input.percent, caller.by)),
    'position.protect': (input, caller) =>
      onPosition(input, () => protectPosition(hall, input.account, input.conId, input.stop, caller.by)),
    'position.breakeven': (input, caller) => onPosition(input, () => breakeven(hall, input.account, input.conId, caller.by)),
    'position.acknowledge': (input, caller) => done(acknowledgeExternal(hall, input.account, input.conId, caller.by)),
    'position.trail': (input, caller) => onPosition(input, () => trailPosition(hall, input.account, input.conId, input.trail, caller.by)),
    'position.mend': (input, caller) => onPosition(input, () => mendExits(hall, input.account, input.conId, caller.by)),
    'positions.flatten-all': async (_input, caller) => {
      const held = [...hall.stores.positions.values()].filter((position) => position.quantity !== 0);
      if (held.length === 0) return failure('not-found', 'There is no position.');
      const known = await detailsToAct(
        hall,
        withDetails,
        held.map((position) => position.contract),
      );
      if (!known.ok) return done(known);
      const names = held.map(({ contract, quantity }) => `${formatQuantity(quantity)} ${contract.symbol}`).join(', ');
      logLine(hall, 'warning', `${caller.by} flattens all: ${names}.`);
      const faults: string[] = [];
      for (const { account, contract } of held) {
        const closed = closePosition(hall, account, contract.conId, 100, caller.by);
        if (!closed.ok) faults.push(`${contract.symbol}: ${closed.error.text}`);
      }
      return faults.length === 0
        ? done({ ok: true, value: hall.coordinator.seq })
        : done(
            err({
              code: 'not-allowed-now',
              text: `${held.length - faults.length} of ${held.length} are being closed. ${faults.join(' ')}`,
            }),
          );
    },
    'audit.export': async (input) => {
      const written = await audit.export(input.format, input.from, input.to);
      return written.ok ? { ok: true, value: { seq: hall.coordinator.seq, ...written.value } } : failure('unavailable', written.error);
    },
  };
}
