import type { AccountId, ClientId, ConId, ExecId, OrderId, OrderKey, OrderRef, PermId } from './ids.ts';
import type { Amount } from './money.ts';
import type { Side } from './order.ts';
import type { Price } from './price.ts';
import type { Quantity } from './quantity.ts';

/** IB's execDetails. A correction repeats the execId but for the digits after its last period. */
export interface Execution {
  readonly execId: ExecId;
  readonly account: AccountId;
  readonly conId: ConId;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly cumQuantity: Quantity;
  readonly avgPrice: Price;
  readonly orderId: OrderId;
  readonly permId: PermId;
  readonly clientId: ClientId;
  readonly orderRef?: OrderRef;
  /** IB's own time text, and when the desk heard of it (epoch ms). */
  readonly time: string;
  readonly at: number;
  /** The time that the text tells, epoch ms, whole seconds; absent where it names no zone, for then it is that of TWS's log-in. */
  readonly brokerAt?: number;
}

/** An execution joined with its order and, when it has come, its commission report. A fill never waits for a commission. */
export interface Fill extends Execution {
  readonly orderKey?: OrderKey;
  readonly commission?: Amount;
  readonly commissionCurrency?: string;
  readonly realizedPnl?: Amount;
}

/** The part of an execId that corrections share. */
export function execIdRoot(execId: ExecId): string {
  const dot = execId.lastIndexOf('.');
  return dot < 0 ? execId : execId.slice(0, dot);
}

/** Digits after the last period; the highest wins. */
export function execIdRevision(execId: ExecId): number {
  const dot = execId.lastIndexOf('.');
  const revision = dot < 0 ? 0 : Number(execId.slice(dot + 1));
  return Number.isFinite(revision) ? revision : 0;
}
