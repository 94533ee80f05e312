import { type Contract, EventName, IBApi, type Order, OrderAction, type OrderState, OrderType, SecType, TimeInForce } from '@stoqey/ib';

/** One emission of the library, by the name of its event. */
export interface Heard {
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface TestClient {
  readonly api: IBApi;
  /** Everything heard so far, in order. */
  readonly heard: Heard[];
  /** Errors of the library's decoder (code 505): any one is a wrong layout. */
  readonly decodeErrors: string[];
  readonly nextId: number;
  /** Resolves with the first emission, past or to come, that fits. */
  when(name: string, fits?: (...args: readonly never[]) => boolean): Promise<Heard>;
  all(name: string): readonly (readonly unknown[])[];
  close(): Promise<void>;
}

/** Listens to everything a fresh IBApi says; resolves once nextValidId is there. */
export async function connectClient(port: number, clientId: number): Promise<TestClient> {
  const client = openClient(port, clientId);
  await client.when('nextValidId');
  return { ...client, nextId: Number(client.all('nextValidId')[0]?.[0]) };
}

/** As `connectClient`, without waiting for anything. */
export function openClient(port: number, clientId: number): TestClient {
  const api = new IBApi({ host: '127.0.0.1', port, clientId, maxReqPerSec: 100_000 });
  const heard: Heard[] = [];
  const decodeErrors: string[] = [];
  const waiting: { readonly fits: (one: Heard) => boolean; readonly resolve: (one: Heard) => void }[] = [];
  const hear = (one: Heard): void => {
    heard.push(one);
    for (const waiter of waiting.splice(0)) {
      if (waiter.fits(one)) waiter.resolve(one);
      else waiting.push(waiter);
    }
  };
  api.on(EventName.all, (name: string, args: readonly unknown[]) => {
    if (name === 'error' && args[1] === 505) decodeErrors.push(String(args[0]));
    if (name !== 'sent' && name !== 'received') hear({ name, args });
  });
  api.on(EventName.error, () => undefined);
  api.connect();
  return {
    api,
    heard,
    decodeErrors,
    nextId: -1,
    when: (name, fits) => {
      const check = (one: Heard): boolean => one.name === name && (fits === undefined || fits(...(one.args as readonly never[])));
      const past = heard.find(check);
      return past === undefined ? new Promise((resolve) => waiting.push({ fits: check, resolve })) : Promise.resolve(past);
    },
    all: (name) => heard.filter((one) => one.name === name).map((one) => one.args),
    close: async () => {
      const gone = heard.some((one) => one.name === 'disconnected')
        ? Promise.resolve()
        : new Promise<void>((resolve) => api.once(EventName.disconnected, () => resolve()));
      api.disconnect();
      await gone;
    },
  };
}

export function stockContract(symbol: string): Contract {
  return { symbol, secType: SecType.STK, exchange: 'SMART', currency: 'USD' };
}

const TYPES = { MKT: OrderType.MKT, LMT: OrderType.LMT, STP: OrderType.STP, 'STP LMT': OrderType.STP_LMT } as const;

/** An order with what every order of these tests has in common. */
export function order(action: 'BUY' | 'SELL', type: keyof typeof TYPES, totalQuantity: number, more: Partial<Order> = {}): Order {
  return {
    action: OrderAction[action],
    orderType: TYPES[type],
    totalQuantity,
    tif: TimeInForce.DAY,
    transmit: true,
    account: 'DU1234567',
    ...more,
  };
}

/** What the library hands to a listener of `openOrder`. */
export type OpenOrder = readonly [orderId: number, contract: Contract, order: Order, state: OrderState];

/** The order that the client was told last. */
export function lastOpenOrder(client: TestClient): OpenOrder {
  return client.all('openOrder').at(-1) as unknown as OpenOrder;
}

/** What an order's owner heard about it, in order, as short words. */
export function story(client: TestClient, orderId: number): string[] {
  const words: string[] = [];
  for (const { name, args } of client.heard) {
    if (name === 'openOrder' && args[0] === orderId) {
      const [, , , state] = args as readonly [number, unknown, unknown, { readonly status?: string; readonly commission?: number }];
      words.push(`open ${String(state.status)}${state.commission === undefined ? '' : ` ${String(state.commission)}`}`);
    }
    if (name === 'orderStatus' && args[0] === orderId) words.push(`status ${[args[1], args[2], args[3]].map(String).join(' ')}`);
    if (name === 'execDetails' && args[0] === -1) {
      const execution = args[2] as { readonly orderId?: number; readonly shares?: number; readonly price?: number };
      if (execution.orderId === orderId) words.push(`fill ${String(execution.shares)} @ ${String(execution.price)}`);
    }
    if (name === 'error' && args[2] === orderId) words.push(`error ${String(args[1])}`);
  }
  return words;
}
