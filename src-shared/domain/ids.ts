import type { Brand } from './brand.ts';

/** IB's contract id. 0 is never a contract. */
export type ConId = Brand<number, 'ConId'>;
/** Unique per (client id, session) only; never an identity across sessions. */
export type OrderId = Brand<number, 'OrderId'>;
/** IB's account-wide id of an order, stable for ever; 0 until IB assigns it. */
export type PermId = Brand<number, 'PermId'>;
/** Number of an API connection. */
export type ClientId = Brand<number, 'ClientId'>;
export type ExecId = Brand<string, 'ExecId'>;
/** `DU…` is a paper account, judged by this id and never by the port. */
export type AccountId = Brand<string, 'AccountId'>;
/** Eight characters 0-9A-Z: it becomes part of every orderRef. */
export type TriggerId = Brand<string, 'TriggerId'>;
/** Our key on the order itself; it survives sessions at the broker. See order-ref.ts. */
export type OrderRef = Brand<string, 'OrderRef'>;
/** The desk's key for an order: its orderRef when it is ours, `perm:<permId>` or `api:<client>:<orderId>` otherwise. */
export type OrderKey = Brand<string, 'OrderKey'>;

export function isPaperAccount(account: AccountId): boolean {
  return /^D[UF]\d/.test(account);
}

/**
 * A bare number or text becomes an id here and nowhere else. Nothing is checked: whoever calls says that it came from where such ids come from
 * (IB's message, the desk's own count, a file that was read and judged).
 */
export function conIdOf(id: number): ConId {
  return id as ConId;
}

export function orderIdOf(id: number): OrderId {
  return id as OrderId;
}

export function permIdOf(id: number): PermId {
  return id as PermId;
}

export function clientIdOf(id: number): ClientId {
  return id as ClientId;
}

export function execIdOf(text: string): ExecId {
  return text as ExecId;
}

export function accountIdOf(text: string): AccountId {
  return text as AccountId;
}

export function triggerIdOf(text: string): TriggerId {
  return text as TriggerId;
}

export function orderRefOf(text: string): OrderRef {
  return text as OrderRef;
}

/** Of an order of the desk its reference is the key. */
export function orderKeyOf(text: string): OrderKey {
  return text as OrderKey;
}
