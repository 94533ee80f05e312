/** Where payloads for a client go. Order is kept per client. */
export interface Outlet {
  send(clientId: number, payload: string): void;
}

/** One started API client. */
export interface Session {
  readonly clientId: number;
  /** Negotiated server version, 177 to 193: it decides the layouts. */
  readonly version: number;
  /** Asked with reqMarketDataType. */
  marketDataType: number;
  /** Client 0 only: orders typed into TWS are bound as they come. */
  bindsManualOrders: boolean;
}

/** The clients that are connected now, by id. */
export class Sessions {
  readonly #open = new Map<number, Session>();
  readonly #outlet: Outlet;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  get all(): readonly Session[] {
    return [...this.#open.values()];
  }

  get(clientId: number): Session | undefined {
    return this.#open.get(clientId);
  }

  open(clientId: number, version: number): Session {
    const session: Session = { clientId, version, marketDataType: 1, bindsManualOrders: false };
    this.#open.set(clientId, session);
    return session;
  }

  close(clientId: number): void {
    this.#open.delete(clientId);
  }

  /** To a client that has gone, nothing. */
  send(clientId: number, payload: string): void {
    if (this.#open.has(clientId)) this.#outlet.send(clientId, payload);
  }
}
