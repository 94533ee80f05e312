import { EventName, IBApi, OrderAction, OrderType, SecType, type Contract } from '@stoqey/ib';

/**
 * The reference of `bench:tick-to-order`: @stoqey/ib as it comes, a sorted array of levels, and `placeOrder` in the listener. No
 * registry, quality gate, risk, commit or journal.
 */
export class BareClient {
  readonly clientId: number;
  readonly #api: IBApi;
  readonly #levels: Float64Array;
  readonly #contract: Contract;
  #orderId = 0;
  #last = Number.NaN;
  /** Price at or above which the next order goes out. */
  armed = Number.POSITIVE_INFINITY;
  ticks = 0;
  crossed = 0;

  constructor(port: number, clientId: number, symbol: string, conId: number, levels: number) {
    this.clientId = clientId;
    this.#contract = { conId, symbol, secType: SecType.STK, exchange: 'SMART', currency: 'USD' };
    this.#levels = Float64Array.from({ length: levels }, (_, at) => 10_000 + at).sort();
    this.#api = new IBApi({ host: '127.0.0.1', port, clientId, maxReqPerSec: 100_000 });
    this.#api.on(EventName.tickPrice, (_id: number, field: number, price: number) => this.#tick(field, price));
    this.#api.on(EventName.error, () => undefined);
    this.#api.on(EventName.info, () => undefined);
  }

  async open(): Promise<void> {
    const id = new Promise<number>((resolve) => void this.#api.once(EventName.nextValidId, resolve));
    this.#api.connect();
    this.#orderId = await id;
    const socket = (this.#api as unknown as { controller: { socket: { client: { setNoDelay(on: boolean): void } } } }).controller.socket
      .client;
    socket.setNoDelay(true);
    this.#api.reqMktData(1, this.#contract, '', false, false);
  }

  close(): void {
    this.#api.disconnect();
  }

  #tick(field: number, price: number): void {
    this.ticks += 1;
    if (field !== 4) return;
    const before = this.#last;
    this.#last = price;
    // The same question the index answers: which levels lie between the two prices?
    this.crossed += Math.abs(this.#rank(price) - this.#rank(before));
    if (price < this.armed || !(before < this.armed)) return;
    this.armed = Number.POSITIVE_INFINITY;
    this.#orderId += 1;
    this.#api.placeOrder(this.#orderId, this.#contract, {
      action: OrderAction.BUY,
      orderType: OrderType.LMT,
      totalQuantity: 1,
      lmtPrice: 1,
      tif: 'IOC',
      transmit: true,
      orderRef: `bare-${this.#orderId}`,
    });
  }

  #rank(price: number): number {
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#levels[middle] ?? 0) < price) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
