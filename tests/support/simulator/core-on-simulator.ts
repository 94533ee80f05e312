import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { Gateway, type GatewayOptions } from '#simulator/gateway/gateway';
import type { MarketTick } from '#simulator/model/tick';
import { OPEN } from './tape.ts';

/** The gateway without sockets: messages in, payloads out, in one list. */
export interface Core {
  readonly gateway: Gateway;
  /** `clientId|field|field…` in the order in which they were sent. */
  readonly said: string[];
  tick(symbol: string, field: MarketTick['field'], dollars: number, size: number, at?: number): void;
  receive(clientId: number, ...fields: readonly (string | number)[]): void;
}

export function core(more: Partial<GatewayOptions> = {}): Core {
  const said: string[] = [];
  const anchors = new Map(['IBM', 'BAC'].map((symbol) => [symbol, { at: OPEN, price: priceOf(180) }]));
  const gateway = new Gateway(
    {
      account: 'DU1234567',
      seed: 1,
      anchors,
      startAt: OPEN,
      cash: 1_000_000_000_000,
      firstOrderId: 1,
      sessions: 'enforced',
      permission: 'live',
      duplicates: 0.3,
      dayEndsWithTape: true,
      masterClientId: undefined,
      holdings: [],
      ...more,
    },
    { send: (clientId, payload) => said.push(`${String(clientId)}|${payload.slice(0, -1).replaceAll('\0', '|')}`) },
  );
  let now = OPEN;
  return {
    gateway,
    said,
    tick: (symbol, field, dollars, size, at) => {
      now = at ?? now + 50;
      gateway.tick({ at: now, symbol, field, price: priceOf(dollars), size: units(size) });
    },
    receive: (clientId, ...fields) => gateway.receive(clientId, fields.map(String)),
  };
}

export interface PlainOrder {
  readonly id: number;
  readonly side: 'BUY' | 'SELL';
  readonly size: number;
  readonly type: 'MKT' | 'LMT' | 'STP' | 'STP LMT';
  readonly limit?: number;
  readonly stop?: number;
  readonly tif?: 'DAY' | 'GTC' | 'IOC';
  readonly parentId?: number;
  readonly transmit?: boolean;
  readonly oca?: string;
  readonly ocaType?: number;
}

/** A placeOrder message as far as its account of OCA type, in the layout of 193; what follows may be missing. */
export function placeFields(symbol: string, one: PlainOrder): (string | number)[] {
  const contract = [0, symbol, 'STK', '', '', '', '', 'SMART', '', 'USD', '', '', '', ''];
  const main = [
    one.side,
    one.size,
    one.type,
    one.limit ?? '',
    one.stop ?? '',
    one.tif ?? 'DAY',
    one.oca ?? '',
    'DU1234567',
    '',
    0,
    `ref-${String(one.id)}`,
    one.transmit === false ? 0 : 1,
    one.parentId ?? 0,
  ];
  const more = [0, 0, 0, 0, 0, 0, '', '', '', '', '', '', '', '', 0, '', -1, one.ocaType ?? 0];
  return [3, one.id, ...contract, ...main, ...more];
}
