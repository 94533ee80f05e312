import { trustedPrice } from '#domain/price';
import { trustedQuantity, ZERO } from '#domain/quantity';
import type { Input } from '#protocol/commands';
import type { OrderRow, PositionRow } from '#protocol/topics';
import { abs, max, min, minus, plus } from '#domain/scaled';
import { AIG, BAC, IBM, SPY, orderRow } from './fake-rows.ts';
import type { FakeAnswer } from './fake-answers.ts';
import type { FakeTables } from './fake-tables.ts';

/** How long the invented broker takes for an answer. */
const BROKER_MS = 400;

type Done = (extra?: Readonly<Record<string, unknown>>) => FakeAnswer;

function no(code: string, text: string): FakeAnswer {
  return { ok: false, error: { code, text } };
}

/** Changes, closes, protection and decisions of the invented desk; undefined for another word. */
export function fakeTruth(name: string, input: unknown, now: number, tables: FakeTables, done: Done): FakeAnswer | undefined {
  switch (name) {
    case 'order.modify':
      return modify(input as Input<'order.modify'>, now, tables, done);
    case 'order.settle':
      tables.patch('orders', (input as Input<'order.settle'>).key, {
        state: 'DENIED',
        working: false,
        settleable: false,
        note: 'declared not sent by you',
      });
      tables.set('status', { unknownOrders: 0 });
      return done();
    case 'adoption.decide':
      tables.remove('adoptions', (input as Input<'adoption.decide'>).key);
      tables.set('status', { undecided: tables.rows('adoptions').length });
      return done();
    case 'position.close': {
      const { account, conId, percent } = input as Input<'position.close'>;
      return close(`${account}:${String(conId)}`, percent, tables, done);
    }
    case 'positions.flatten-all':
      for (const row of tables.rows('positions')) if (row.quantity !== 0) close(row.key, 100, tables, done);
      return done();
    case 'position.protect':
      return protect(input as Input<'position.protect'>, now, tables, done);
    case 'position.breakeven':
      return breakeven(input as Input<'position.breakeven'>, tables, done);
    case 'position.acknowledge': {
      const { account, conId } = input as Input<'position.acknowledge'>;
      tables.patch('positions', `${account}:${String(conId)}`, { externalSeen: true });
      return done();
    }
    case 'position.trail':
      return trail(input as Input<'position.trail'>, tables, done);
    case 'position.resize-exits':
      return resizeExits(input as Input<'position.resize-exits'>, tables, done);
    case 'audit.export': {
      const { format } = input as Input<'audit.export'>;
      // Nothing changes, so no commit holds it.
      return {
        ok: true,
        value: { seq: tables.commitSeq, path: `/home/you/.config/triggerdesk/audit/audit-2013-10-08.${format}`, rows: 1_204 },
      };
    }
    case 'log.export':
      return {
        ok: true,
        value: {
          seq: tables.commitSeq,
          path: '/home/you/.config/triggerdesk/exports/log-2013-10-08.csv',
          rows: (input as Input<'log.export'>).ids.length,
        },
      };
    default:
      return undefined;
  }
}

function modify(input: Input<'order.modify'>, now: number, tables: FakeTables, done: Done): FakeAnswer {
  const row = tables.row('orders', input.key);
  if (row === undefined) return no('not-found', 'This order is not known any more.');
  if (!tables.value('status').ready)
    return no(
      'not-allowed-now',
      'The connection to the broker is not sound: TWS lost IB 14 s ago. Nothing was sent; try again when it is back.',
    );
  if (row.version !== input.expectedVersion)
    return no('conflict', `${row.side} ${row.symbol} changed in the meantime; look at it and try again.`);
  const terms: Partial<OrderRow> = {
    ...(input.limit === undefined ? {} : { limit: input.limit }),
    ...(input.stop === undefined ? {} : { stop: input.stop }),
    ...(input.quantity === undefined ? {} : { quantity: input.quantity }),
  };
  const { state } = row;
  tables.patch('orders', row.key, { state: 'PENDING_REPLACE', modifiable: false, version: row.version + 1, updatedAt: now });
  setTimeout(() => {
    tables.patch('orders', row.key, { ...terms, state, modifiable: true, version: row.version + 2 });
    tables.commitSeq += 1;
  }, BROKER_MS);
  return done();
}

function close(key: string, percent: 25 | 50 | 100, tables: FakeTables, done: Done): FakeAnswer {
  const row = tables.row('positions', key);
  if (row === undefined || row.quantity === 0) return no('not-found', 'There is no such position.');
  if (row.closing !== null) return no('conflict', `${row.symbol} is being closed already.`);
  const count = Math.trunc((row.quantity * percent) / 100 / 10_000) * 10_000;
  tables.patch('positions', key, { closing: `closing ${String(Math.abs(count) / 10_000)}: waits for the stop to shrink` });
  setTimeout(() => {
    const left = trustedQuantity(row.quantity - count);
    const change: Partial<PositionRow> = { closing: null, quantity: left, brokerQuantity: left };
    tables.patch('positions', key, {
      ...change,
      protectedQuantity: min(abs(left), row.protectedQuantity),
      unprotected: max(ZERO, minus(abs(left), row.protectedQuantity)),
    });
    tables.commitSeq += 1;
  }, 6 * BROKER_MS);
  return done();
}

/** The plain stop becomes a trailing one, half the distance nearer than it was. */
function trail({ account, conId, trail: by }: Input<'position.trail'>, tables: FakeTables, done: Done): FakeAnswer {
  const row = tables.row('positions', `${account}:${String(conId)}`);
  if (row === undefined || row.mark === null) return no('not-found', 'There is no such position.');
  const distance = by.kind === 'amount' ? by.amount : Math.round((row.mark * by.basisPoints) / 10_000);
  const text = by.kind === 'amount' ? (by.amount / 1e6).toFixed(2) : `${String(by.basisPoints / 100)} %`;
  const stop = trustedPrice(row.mark - Math.sign(row.quantity) * distance);
  for (const order of tables.rows('orders'))
    if (order.conId === conId && order.working && /^(STP|TRAIL)/.test(order.type))
      tables.patch('orders', order.key, { type: 'TRAIL', trail: text, stop, version: order.version + 1 });
  return done();
}

/** Its stops move to what was paid. */
function breakeven({ account, conId }: Input<'position.breakeven'>, tables: FakeTables, done: Done): FakeAnswer {
  const position = tables.row('positions', `${account}:${String(conId)}`);
  for (const order of tables.rows('orders'))
    if (order.conId === conId && order.type === 'STP' && order.working && position !== undefined)
      tables.patch('orders', order.key, { stop: position.averagePrice, version: order.version + 1 });
  return done();
}

function resizeExits({ account, conId }: Input<'position.resize-exits'>, tables: FakeTables, done: Done): FakeAnswer {
  const row = tables.row('positions', `${account}:${String(conId)}`);
  if (row !== undefined)
    tables.patch('positions', row.key, {
      offer: null,
      unprotected: ZERO,
      protectedQuantity: abs(row.quantity),
    });
  return done();
}

function protect(input: Input<'position.protect'>, now: number, tables: FakeTables, done: Done): FakeAnswer {
  const row = tables.row('positions', `${input.account}:${String(input.conId)}`);
  const contract = [IBM, BAC, AIG, SPY].find((known) => known.conId === input.conId);
  if (row === undefined || contract === undefined) return no('not-found', 'There is no such position.');
  tables.put(
    'orders',
    orderRow(`TD1-S${String(input.conId)}-1-1-S`, contract, 'ACCEPTED', now, {
      side: row.quantity > 0 ? 'SELL' : 'BUY',
      type: 'STP',
      stop: input.stop,
      quantity: row.unprotected,
      tif: 'GTC',
      origin: 'operator',
      originText: 'by you',
    }),
  );
  tables.patch('positions', row.key, {
    unprotected: ZERO,
    offer: null,
    protectedQuantity: plus(row.protectedQuantity, row.unprotected),
  });
  return done();
}
