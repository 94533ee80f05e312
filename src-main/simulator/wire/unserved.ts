import type { FieldReader } from './field-reader.ts';
import { ASK } from './message-id.ts';

/** Fields after the message id of a request that the simulator refuses, and which of them (1 for the first) is its id. */
interface Layout {
  readonly id?: number;
  readonly count: number | ((version: number) => number);
}

/** conId … tradingClass */
const CONTRACT = 12;

const LAYOUTS: Readonly<Record<number, Layout>> = {
  [ASK.depth]: { id: 2, count: 5 + CONTRACT },
  [ASK.cancelDepth]: { id: 2, count: 3 },
  [ASK.newsBulletins]: { count: 2 },
  [ASK.cancelNewsBulletins]: { count: 1 },
  [ASK.requestFa]: { count: 2 },
  [ASK.replaceFa]: { id: 4, count: 4 },
  // Without primary exchange; then manual order time, customer account, professional customer.
  [ASK.exerciseOptions]: { id: 2, count: (version) => 5 + CONTRACT + [180, 183, 184].filter((since) => version >= since).length },
  [ASK.scanner]: { id: 1, count: 24 },
  [ASK.cancelScanner]: { id: 2, count: 2 },
  [ASK.scannerParameters]: { count: 1 },
  [ASK.fundamental]: { id: 2, count: 11 },
  [ASK.cancelFundamental]: { id: 2, count: 2 },
  [ASK.impliedVolatility]: { id: 2, count: 5 + CONTRACT },
  [ASK.optionPrice]: { id: 2, count: 5 + CONTRACT },
  [ASK.cancelImpliedVolatility]: { id: 2, count: 2 },
  [ASK.cancelOptionPrice]: { id: 2, count: 2 },
  [ASK.groupEvents]: { id: 2, count: 3 },
  [ASK.updateGroup]: { id: 2, count: 3 },
  [ASK.cancelGroupEvents]: { id: 2, count: 2 },
  [ASK.smartComponents]: { id: 1, count: 2 },
  [ASK.newsArticle]: { id: 1, count: 4 },
  [ASK.historicalNews]: { id: 1, count: 7 },
  [ASK.headTimestamp]: { id: 1, count: 5 + CONTRACT },
  [ASK.histogram]: { id: 1, count: 4 + CONTRACT },
  [ASK.cancelHistogram]: { id: 1, count: 1 },
  [ASK.cancelHeadTimestamp]: { id: 1, count: 1 },
  [ASK.historicalTicks]: { id: 1, count: 9 + CONTRACT },
  [ASK.tickByTick]: { id: 1, count: 4 + CONTRACT },
  [ASK.cancelTickByTick]: { id: 1, count: 1 },
  [ASK.wshMeta]: { id: 1, count: 1 },
  [ASK.cancelWshMeta]: { id: 1, count: 1 },
  [ASK.wshEvents]: { id: 1, count: 9 },
  [ASK.cancelWshEvents]: { id: 1, count: 1 },
};

const COUNTED_OPTIONS: ReadonlySet<number> = new Set([ASK.fundamental, ASK.impliedVolatility, ASK.optionPrice]);

interface Unserved {
  readonly kind: 'unsupported';
  readonly messageId: number;
  readonly reqId: number;
}

/** A request that TWS knows and the simulator does not serve, or that nobody knows: which one, and the id to refuse it under. */
export function readUnserved(messageId: number, fields: FieldReader, version: number): Unserved {
  const layout = LAYOUTS[messageId];
  if (layout === undefined) {
    fields.skip(fields.left);
    return { kind: 'unsupported', messageId: Number.isSafeInteger(messageId) ? messageId : -1, reqId: -1 };
  }
  const count = typeof layout.count === 'number' ? layout.count : layout.count(version);
  let reqId = -1;
  for (let at = 1; at <= count; at++) {
    if (at === layout.id) reqId = fields.int() ?? -1;
    else fields.skip();
  }
  // Clients differ: options are one field in IB's Java, and some of those in Python put a count before them.
  if (COUNTED_OPTIONS.has(messageId) && fields.left === 1) fields.skip();
  return { kind: 'unsupported', messageId, reqId };
}
