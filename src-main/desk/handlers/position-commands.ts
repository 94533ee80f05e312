import { decide } from '#core/reconciliation/adoption';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { closePosition } from '#core/protection/close-position';
import { type DeskState, logLine } from '#core/state/desk-state';
import { resizeExitsNow } from '#core/protection/resize-on-request';
import { modifyOrder } from '#core/execution/modify';
import { acknowledgeExternal } from '#core/reconciliation/position-check';
import type { Refusal } from '#core/state/refusal';
import { trailPosition } from '#core/protection/trailing-stop';
import { settleOrder } from '#core/reconciliation/unknown-orders';
import type { Contract } from '#domain/contract';
import { formatQuantity } from '#domain/quantity';
import { err, type Result } from '#domain/result';
import type { WhyStep } from '#protocol/commands';
import type { Handlers } from '#desk/entrance/router';
import { detailsToAct } from './require-details.ts';
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
  | 'position.resize-exits'
  | 'positions.flatten-all'
  | 'audit.export';

export interface TruthPorts {
  readonly deskState: DeskState;
  readonly audit: AuditPort;
  readonly withDetails: (contracts: readonly Contract[]) => Promise<Result<void>>;
}

/** Commands on what is at the broker: orders, positions, what was found at the start. */
export function truthHandlers({ deskState, audit, withDetails }: TruthPorts): Pick<Handlers, Names> {
  const contractOf = (account: string, conId: number): Contract | undefined =>
    [...deskState.stores.positions.values()].find((held) => held.contract.conId === conId && held.account === account)?.contract;

  /** The contract's tick decides prices, so its details are fetched first. */
  async function onPosition(
    input: { readonly account: string; readonly conId: number },
    act: () => Result<number, Refusal>,
  ): Promise<ReturnType<typeof done> | ReturnType<typeof failure>> {
    const contract = contractOf(input.account, input.conId);
    if (contract === undefined) return failure('not-found', 'There is no such position.');
    const known = await detailsToAct(deskState, withDetails, [contract]);
    return done(known.ok ? act() : known);
  }

  return {
    'order.modify': async (input, caller) => {
      const order = deskState.index.get(input.key);
      if (order === undefined) return failure('not-found', 'There is no such order.');
      const known = await detailsToAct(deskState, withDetails, [order.contract]);
      if (!known.ok) return done(known);
      const { limit, stop, quantity } = input;
      const terms = {
        ...(limit === undefined ? {} : { limit }),
        ...(stop === undefined ? {} : { stop }),
        ...(quantity === undefined ? {} : { quantity }),
      };
      return done(modifyOrder(deskState, input.key, input.expectedVersion, terms, caller.by));
    },
    'order.settle': (input, caller) => done(settleOrder(deskState, input.key, input.expectedVersion, caller.by)),
    'adoption.decide': (input, caller) => done(decide(deskState, input.key, input.decision, caller.by)),
    'position.close': (input, caller) =>
      onPosition(input, () => closePosition(deskState, input.account, input.conId, input.percent, caller.by)),
    'position.protect': (input, caller) =>
      onPosition(input, () => protectPosition(deskState, input.account, input.conId, input.stop, caller.by)),
    'position.breakeven': (input, caller) => onPosition(input, () => breakeven(deskState, input.account, input.conId, caller.by)),
    'position.acknowledge': (input, caller) => done(acknowledgeExternal(deskState, input.account, input.conId, caller.by)),
    'position.trail': (input, caller) =>
      onPosition(input, () => trailPosition(deskState, input.account, input.conId, input.trail, caller.by)),
    'position.resize-exits': (input, caller) => onPosition(input, () => resizeExitsNow(deskState, input.account, input.conId, caller.by)),
    'positions.flatten-all': async (_input, caller) => {
      const held = [...deskState.stores.positions.values()].filter((position) => position.quantity !== 0);
      if (held.length === 0) return failure('not-found', 'There is no position.');
      const known = await detailsToAct(
        deskState,
        withDetails,
        held.map((position) => position.contract),
      );
      if (!known.ok) return done(known);
      const names = held.map(({ contract, quantity }) => `${formatQuantity(quantity)} ${contract.symbol}`).join(', ');
      logLine(deskState, 'warning', `${caller.by} flattens all: ${names}.`);
      const faults: string[] = [];
      for (const { account, contract } of held) {
        const closed = closePosition(deskState, account, contract.conId, 100, caller.by);
        if (!closed.ok) faults.push(`${contract.symbol}: ${closed.error.text}`);
      }
      return faults.length === 0
        ? done({ ok: true, value: deskState.coordinator.seq })
        : done(
            err({
              code: 'not-allowed-now',
              text: `${held.length - faults.length} of ${held.length} are being closed. ${faults.join(' ')}`,
            }),
          );
    },
    'audit.export': async (input) => {
      const written = await audit.export(input.format, input.from, input.to);
      return written.ok ? { ok: true, value: { seq: deskState.coordinator.seq, ...written.value } } : failure('unavailable', written.error);
    },
  };
}
