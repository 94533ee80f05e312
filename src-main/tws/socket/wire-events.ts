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

/** Attaches to the next connection; an exception in the listener is caught and reported (rule G-6). */
export type Listen = <E extends keyof WireEvents>(event: E, listener: (...args: WireEvents[E]) => void) => void;

/** As many arguments as the longest event has. */
type Untyped = (
  ...args: [a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown, g: unknown, h: unknown, i: unknown, j: unknown]
) => void;

/** Listeners by event; what one of them throws goes to `failed`. */
export function listenTo(ib: IBApi, failed: (event: string, thrown: unknown) => void): Listen {
  return (event, listener) => {
    const call = listener as unknown as Untyped;
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
