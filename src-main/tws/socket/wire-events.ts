import type {
  CommissionReport,
  Contract as IbContract,
  ContractDescription,
  ContractDetails as IbContractDetails,
  Execution as IbExecution,
  IBApi,
  Order as IbOrder,
  OrderState as IbOrderState,
} from '@stoqey/ib';
import { brokerSentence, brokerText, isTextField, type TextField } from './broker-text.ts';

/** The library's events the desk listens to, with their arguments as they really come (figures may be missing). */
export interface WireEvents {
  connected: [];
  disconnected: [];
  server: [version: number, time: string];
  error: [error: Error, code: number, id: number];
  info: [text: string, code: number];
  nextValidId: [orderId: number];
  managedAccounts: [list: string];
  currentTime: [epochSeconds: number];
  tickPrice: [reqId: number, type: number, price: number | undefined];
  tickSize: [reqId: number, type: number, size: number | undefined];
  tickGeneric: [reqId: number, type: number, value: number | undefined];
  tickString: [reqId: number, type: number, value: string];
  marketDataType: [reqId: number, type: number];
  openOrder: [orderId: number, contract: IbContract, order: IbOrder, state: IbOrderState];
  openOrderEnd: [];
  orderBound: [permId: number, clientId: number, orderId: number];
  orderStatus: [
    orderId: number,
    status: string,
    filled: number | undefined,
    remaining: number | undefined,
    avgFillPrice: number | undefined,
    permId: number | undefined,
    parentId: number | undefined,
    lastFillPrice: number | undefined,
    clientId: number | undefined,
    whyHeld: string | undefined,
  ];
  completedOrder: [contract: IbContract, order: IbOrder, state: IbOrderState];
  completedOrdersEnd: [];
  execDetails: [reqId: number, contract: IbContract, execution: IbExecution];
  execDetailsEnd: [reqId: number];
  commissionReport: [report: CommissionReport];
  position: [account: string, contract: IbContract, quantity: number | undefined, averageCost: number | undefined];
  positionEnd: [];
  updateAccountValue: [key: string, value: string, currency: string, account: string];
  accountSummary: [reqId: number, account: string, tag: string, value: string, currency: string];
  pnl: [reqId: number, daily: number | undefined, unrealized: number | undefined, realized: number | undefined];
  pnlSingle: [
    reqId: number,
    quantity: number | undefined,
    daily: number | undefined,
    unrealized: number | undefined,
    realized: number | undefined,
    value: number | undefined,
  ];
  contractDetails: [reqId: number, details: IbContractDetails];
  contractDetailsEnd: [reqId: number];
  symbolSamples: [reqId: number, found: readonly ContractDescription[]];
  historicalData: [reqId: number, time: string, open: number, high: number, low: number, close: number, volume: number | undefined];
}

/** What each argument carries: a text of this kind, an object with texts in it, or nothing that has to be looked at. */
type Carries<A> = NonNullable<A> extends string ? TextField : NonNullable<A> extends number ? undefined : 'fields';

type CarriedBy<A extends readonly unknown[]> = { readonly [I in keyof A]: Carries<A[I]> };

/** The compiler asks for a line of each event and a word of each argument, so that no text can come in unseen. */
const CARRIED: { readonly [E in keyof WireEvents]: CarriedBy<WireEvents[E]> } = {
  connected: [],
  disconnected: [],
  server: [undefined, 'time'],
  error: ['fields', undefined, undefined],
  info: ['notice', undefined],
  nextValidId: [undefined],
  managedAccounts: ['accounts'],
  currentTime: [undefined],
  tickPrice: [undefined, undefined, undefined],
  tickSize: [undefined, undefined, undefined],
  tickGeneric: [undefined, undefined, undefined],
  tickString: [undefined, undefined, 'value'],
  marketDataType: [undefined, undefined],
  openOrder: [undefined, 'fields', 'fields', 'fields'],
  openOrderEnd: [],
  orderBound: [undefined, undefined, undefined],
  orderStatus: [undefined, 'status', undefined, undefined, undefined, undefined, undefined, undefined, undefined, 'whyHeld'],
  completedOrder: ['fields', 'fields', 'fields'],
  completedOrdersEnd: [],
  execDetails: [undefined, 'fields', 'fields'],
  execDetailsEnd: [undefined],
  commissionReport: ['fields'],
  position: ['account', 'fields', undefined, undefined],
  positionEnd: [],
  updateAccountValue: ['key', 'value', 'currency', 'account'],
  accountSummary: [undefined, 'account', 'key', 'value', 'currency'],
  pnl: [undefined, undefined, undefined, undefined],
  pnlSingle: [undefined, undefined, undefined, undefined, undefined, undefined],
  contractDetails: [undefined, 'fields'],
  contractDetailsEnd: [undefined],
  symbolSamples: [undefined, 'fields'],
  historicalData: [undefined, 'time', undefined, undefined, undefined, undefined, undefined],
};

/** Attaches to the next connection; an exception in the listener is caught and reported (rule G-6). */
export type Listen = <E extends keyof WireEvents>(event: E, listener: (...args: WireEvents[E]) => void) => void;

/** As many arguments as the longest event has. */
type Untyped = (
  ...args: [a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown, g: unknown, h: unknown, i: unknown, j: unknown]
) => void;

/** Listeners by event, called with clean text (`broker-text.ts`); what one of them throws goes to `failed`. */
export function listenTo(ib: IBApi, failed: (event: string, thrown: unknown) => void): Listen {
  return (event, listener) => {
    const call = cleaned(event, listener as unknown as Untyped);
    // eslint-disable-next-line max-params -- fixed arguments instead of a rest array: this stands in the path of every tick
    const guarded: Untyped = (a, b, c, d, e, f, g, h, i, j) => {
      try {
        call(a, b, c, d, e, f, g, h, i, j);
      } catch (thrown) {
        failed(event, thrown);
      }
    };
    (ib as unknown as { on(event: string, listener: Untyped): void }).on(event, guarded);
  };
}

/** The listener itself where an event carries figures only: ticks are not looked at. */
function cleaned(event: keyof WireEvents, call: Untyped): Untyped {
  const carried = CARRIED[event] as readonly (TextField | 'fields' | undefined)[];
  if (carried.every((what) => what === undefined)) return call;
  return (...args) => {
    call(...(args.map((value, i) => (carried[i] === undefined ? value : cleanValue(carried[i], value))) as Parameters<Untyped>));
  };
}

/** The library makes its objects anew for each message, so that they are cleaned where they are. */
function cleanValue(what: TextField | 'fields', value: unknown): unknown {
  if (typeof value === 'string')
    return what === 'fields' ? brokerText('text', value) : what === 'notice' ? brokerSentence(value) : brokerText(what, value);
  if (value instanceof Error) value.message = brokerSentence(value.message);
  else if (typeof value === 'object' && value !== null) cleanFields(value as Record<string, unknown>);
  return value;
}

function cleanFields(fields: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') fields[name] = brokerText(isTextField(name) ? name : 'text', value);
    else if (typeof value === 'object' && value !== null) cleanFields(value as Record<string, unknown>);
  }
}
