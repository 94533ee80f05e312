import type { BrokerNotice } from '#core/ports/broker';
import { type ClientId, orderIdOf } from '#domain/ids';
import { dispositionOf, noticeRule } from './notice-table.ts';
import { isOrderId } from '#tws/socket/request-ids';
import { brokerSentence } from '#tws/socket/broker-text';

/** What the library's `error` and `info` events say, before it is classified. */
export interface RawNotice {
  readonly clientId: ClientId;
  /** −1, an order id or a request id. */
  readonly id: number;
  readonly code: number;
  readonly text: string;
}

/** TWS writes `Order Canceled - reason:…`, often with nothing behind it. */
const REASON = /reason:(.+)$/;
const REPEAT_MS = 5_000;
const MAX_REMEMBERED = 500;

/**
 * Classifies notices and drops repeats: TWS tells every connection the same news, during outages many times over. Notices
 * about orders are never dropped, for the second refusal of a change is news about the second change.
 */
export class Notices {
  readonly #recent = new Map<string, number>();
  readonly #wasModified: (clientId: ClientId, orderId: number) => boolean;

  constructor(wasModified: (clientId: ClientId, orderId: number) => boolean) {
    this.#wasModified = wasModified;
  }

  /** Undefined for a repeat. `now` in monotonic ms. */
  classify(raw: RawNotice, now: number): BrokerNotice | undefined {
    const aboutOrder = isOrderId(raw.id);
    const text = brokerSentence(raw.text);
    if (!aboutOrder && this.#repeated(raw.id === -1 ? `${String(raw.code)} ${text}` : `${String(raw.code)} ${String(raw.id)}`, now))
      return undefined;
    const { severity, says, advice } = noticeRule(raw.code);
    const disposition = dispositionOf(raw.code, text, {
      kind: aboutOrder ? 'order' : raw.id === -1 ? 'none' : 'request',
      modified: aboutOrder && this.#wasModified(raw.clientId, raw.id),
    });
    const brokerReason = disposition === 'cancelled' ? REASON.exec(text)?.[1]?.trim() : undefined;
    return {
      code: raw.code,
      id: raw.id,
      clientId: raw.clientId,
      text: text === '' ? says : text,
      severity,
      disposition,
      ...(aboutOrder ? { orderId: orderIdOf(raw.id) } : {}),
      ...(brokerReason === undefined || brokerReason === '' ? {} : { brokerReason }),
      advice,
    };
  }

  #repeated(key: string, now: number): boolean {
    const last = this.#recent.get(key);
    this.#recent.delete(key);
    this.#recent.set(key, now);
    if (this.#recent.size > MAX_REMEMBERED) {
      const oldest = this.#recent.keys().next();
      if (oldest.done !== true) this.#recent.delete(oldest.value);
    }
    return last !== undefined && now - last < REPEAT_MS;
  }
}
