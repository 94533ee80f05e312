import type { NoticeDisposition } from '#core/ports/broker';

/** What one code of IB means for the desk. Both texts are ours: IB's own may be in the language of TWS, or empty. */
export interface NoticeRule {
  readonly severity: 'info' | 'warning' | 'error';
  readonly disposition: NoticeDisposition;
  /** When the last frame of that order was a change of it. */
  readonly onModify?: NoticeDisposition;
  /** When the number is a request's, not an order's. */
  readonly onRequest?: NoticeDisposition;
  /** What happened, in a sentence; stands in where IB sends no words. */
  readonly says: string;
  /** What the operator can do, or what the desk does by itself. */
  readonly advice: string;
}

export type NoticeRow = readonly [code: number, rule: NoticeRule];

export function info(code: number, says: string, advice = 'Nothing is to be done.'): NoticeRow {
  return [code, { severity: 'info', disposition: 'info', says, advice }];
}

export function link(code: number, severity: NoticeRule['severity'], says: string, advice = 'Nothing is to be done.'): NoticeRow {
  return [code, { severity, disposition: 'link', says, advice }];
}

/** The order works on, though not quite as it was asked for. */
export function warning(code: number, says: string, advice: string): NoticeRow {
  return [code, { severity: 'warning', disposition: 'warning', says, advice }];
}

/** The code does not tell what became of the order: the broker is asked. */
export function lookUp(code: number, says: string, advice: string, severity: NoticeRule['severity'] = 'warning'): NoticeRow {
  return [code, { severity, disposition: 'look-up', says, advice }];
}

/** Alive at IB or in TWS and waiting for somebody. */
export function held(code: number, says: string, advice: string): NoticeRow {
  return [code, { severity: 'warning', disposition: 'held', says, advice }];
}

/** Refuses a new order, once IB's status or its absence confirms that; of a change it only says that the order stays as it was. */
export function reject(code: number, says: string, advice: string): NoticeRow {
  return [code, { severity: 'error', disposition: 'reject', onModify: 'refused-change', onRequest: 'request-failed', says, advice }];
}

/** Refuses a change; the order works on with its old terms. */
export function refusedChange(code: number, says: string, advice: string): NoticeRow {
  return [code, { severity: 'warning', disposition: 'refused-change', says, advice }];
}

/** Refuses a question. An order that is named all the same is looked up. */
export function failed(code: number, says: string, advice: string): NoticeRow {
  return [code, { severity: 'error', disposition: 'request-failed', says, advice }];
}

/** Many codes that one piece of advice serves. */
export function all(
  row: (code: number, says: string, advice: string) => NoticeRow,
  advice: string,
  codes: readonly (readonly [code: number, says: string])[],
): readonly NoticeRow[] {
  return codes.map(([code, says]) => row(code, says, advice));
}
