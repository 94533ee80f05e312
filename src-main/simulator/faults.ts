import type { Gateway } from './gateway/gateway.ts';
import type { TickField } from './market/tick.ts';
import type { GatewayServer } from './server.ts';
import { payload } from './wire/figure.ts';
import { errorMessage } from './wire/message.ts';

/** TWS's words for its most common notices; `%` stands for the farm. */
const NOTICES: Readonly<Record<number, string>> = {
  1100: 'Connectivity between IB and Trader Workstation has been lost.',
  1101: 'Connectivity between IB and Trader Workstation has been restored - data lost.',
  1102: 'Connectivity between IB and Trader Workstation has been restored - data maintained. All data farms are connected: usfarm; ushmds; secdefil.',
  1300: 'TWS socket port has been reset and this connection is being dropped.',
  2103: 'Market data farm connection is broken:%',
  2104: 'Market data farm connection is OK:%',
  2105: 'HMDS data farm connection is broken:%',
  2106: 'HMDS data farm connection is OK:%',
  2107: 'HMDS data farm connection is inactive but should be available upon demand.%',
  2108: 'Market data farm connection is inactive but should be available upon demand.%',
  2110: 'Connectivity between Trader Workstation and server is broken. It will be restored automatically.',
  2119: 'Market data farm is connecting:%',
  2158: 'Sec-def data farm connection is OK:%',
};

/** A client id, or everyone who is connected at this moment. */
export type Target = number | 'all';

/** Everything a test may do to a gateway that behaves too well. Nothing here happens by itself. */
export class Faults {
  readonly #server: GatewayServer;
  readonly #gateway: Gateway;
  readonly #port: number;
  readonly #host: string;

  constructor(server: GatewayServer, gateway: Gateway, port: number, host: string) {
    this.#server = server;
    this.#gateway = gateway;
    this.#port = port;
    this.#host = host;
  }

  // —— the connection ———————————————————————————————————————————————————————————————————————

  /** Half-open: TCP stays up, nothing is said any more; what the client sends still arrives and acts. */
  mute(target: Target = 'all'): void {
    this.#each(target, (one) => (one.mute = true));
  }

  /** What the client sends is lost; it still hears everything. */
  deafen(target: Target = 'all'): void {
    this.#each(target, (one) => (one.deaf = true));
  }

  /** Undoes `mute` and `deafen`. What was lost stays lost. */
  recover(target: Target = 'all'): void {
    this.#each(target, (one) => {
      one.mute = false;
      one.deaf = false;
    });
  }

  /** A stopped process: bytes pile up unread and act after `resumeReading`. */
  pauseReading(target: Target = 'all'): void {
    this.#each(target, (one) => one.socket.pause());
  }

  resumeReading(target: Target = 'all'): void {
    this.#each(target, (one) => one.socket.resume());
  }

  rst(target: Target = 'all'): void {
    this.#each(target, (one) => one.socket.resetAndDestroy());
  }

  end(target: Target = 'all'): void {
    this.#each(target, (one) => one.socket.end());
  }

  /** The daily restart: everybody is cut off, the port refuses, orders that were never transmitted are gone. */
  async goDown(): Promise<void> {
    await this.#server.close();
    this.#gateway.exchange.register.dropUntransmitted();
  }

  /** Listens again on the port it had. */
  async comeBack(): Promise<void> {
    await this.#server.listen(this.#gateway, this.#port, this.#host);
  }

  // —— the greeting of connections to come ——————————————————————————————————————————————————

  set noHandshakeAnswer(on: boolean) {
    this.#server.greeting.silent = on;
  }

  set noNextValidId(on: boolean) {
    this.#gateway.nextIdFault = on ? 'withheld' : undefined;
  }

  /** Tell this id to whoever asks, even below ids that were used; undefined for the truth. */
  set nextValidId(id: number | undefined) {
    this.#gateway.nextIdFault = id;
  }

  /** Announce this server version, e.g. 99 or 222; undefined for the negotiated one. */
  set serverVersion(version: number | undefined) {
    this.#server.greeting.version = version;
  }

  /** As if a dead session still held the id: error 326 for it until `releaseClientId`. */
  holdClientId(clientId: number): void {
    this.#server.greeting.takenIds.add(clientId);
  }

  releaseClientId(clientId: number): void {
    this.#server.greeting.takenIds.delete(clientId);
  }

  // —— what clients hear ————————————————————————————————————————————————————————————————————

  /** Bytes as they are, without framing. */
  injectBytes(clientId: number, bytes: Uint8Array): void {
    this.#each(clientId, (one) => one.socket.write(bytes));
  }

  /** A well-framed message of any fields. */
  injectFrame(clientId: number, fields: readonly (string | number)[]): void {
    this.#gateway.send(clientId, payload(...fields));
  }

  /** A connectivity or farm notice (id −1); the text is TWS's own when none is given. */
  notice(code: number, options: { readonly text?: string; readonly farm?: string; readonly target?: Target } = {}): void {
    const text = options.text ?? (NOTICES[code] ?? `Notice ${code}`).replace('%', options.farm ?? 'usfarm');
    this.#gateway.notice(code, text, typeof options.target === 'number' ? options.target : undefined);
  }

  /** A tick with any text as its price, on every line of the symbol. The exchange does not hear of it. */
  injectTick(symbol: string, field: TickField, price: string, size = '100'): void {
    const instrument = this.#gateway.listing.bySymbol(symbol);
    if (instrument !== undefined) this.#gateway.market.inject(instrument.conId, field, price, size);
  }

  /** Forces the type of all market data (1 live, 2 frozen, 3 delayed, 4 delayed frozen), told on lines that exist; undefined for the truth. */
  marketDataType(type: number | undefined): void {
    this.#gateway.market.forcedType = type;
    this.#gateway.market.retype();
  }

  /** No trading, tick 49. */
  halted(symbol: string, halted: boolean): void {
    this.#gateway.setHalted(symbol, halted);
  }

  // —— orders ———————————————————————————————————————————————————————————————————————————————

  /** The next order is acknowledged, then rejected with 201 and Inactive. */
  rejectNext(reason = 'simulated rejection'): void {
    this.#gateway.orderFaults.rejectNext(reason);
  }

  /** The next order is accepted without a word. */
  dropNextAck(): void {
    this.#gateway.orderFaults.dropNextAck();
  }

  /** Everything about orders is said only after `releaseOrderNews`, in its order. */
  holdOrderNews(): void {
    this.#gateway.orderFaults.holdNews = true;
  }

  releaseOrderNews(): void {
    this.#gateway.orderFaults.holdNews = false;
    this.#gateway.orderNews.release();
  }

  /** Cancelled orders stay PendingCancel, and may fill, until `releaseCancels`. */
  holdCancels(): void {
    this.#gateway.orderFaults.holdCancels = true;
  }

  releaseCancels(): void {
    this.#gateway.orderFaults.holdCancels = false;
    this.#gateway.exchange.releaseCancels();
  }

  /** An error about an order that changes nothing: 399, 404, 10349, 110 and the like. `advancedReject` is JSON, or not. */
  orderError(clientId: number, orderId: number, code: number, text: string, advancedReject = ''): void {
    this.#gateway.send(clientId, errorMessage(orderId, code, text, advancedReject));
  }

  /** What-if answers come twice: first with this warning and no figures. Empty for none. */
  previewWarning(text: string): void {
    this.#gateway.orderNews.previewWarning = text;
  }

  #each(target: Target, act: (connection: NonNullable<ReturnType<GatewayServer['connection']>>) => void): void {
    const ids = target === 'all' ? this.#server.clientIds : [target];
    for (const id of ids) {
      const connection = this.#server.connection(id);
      if (connection !== undefined) act(connection);
    }
  }
}
