/** Where payloads for a client go. Order is kept per client. */
export interface Outlet {
  send(clientId: number, payload: string): void;
  /** False for a client whose words no longer arrive; a wire that cannot say it hears all. */
  hears?(clientId: number): boolean;
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

/** What a fault script puts between the sessions and the wire. */
export interface Voice {
  /** Nothing to do at present: messages may go past it. */
  readonly idle: boolean;
  pass(session: Session, payload: string, alive: () => boolean): void;
  forget(clientId: number): void;
}

/** The clients that are connected now, by id. */
export class Sessions {
  readonly #open = new Map<number, Session>();
  readonly #outlet: Outlet;
  /** Fault scripts between here and the wire. */
  voice: Voice | undefined;

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
    this.voice?.forget(clientId);
  }

  hears(clientId: number): boolean {
    return this.#outlet.hears?.(clientId) ?? true;
  }

  /** To a client that has gone, nothing. */
  send(clientId: number, payload: string): void {
    const session = this.#open.get(clientId);
    if (session === undefined) return;
    if (this.voice === undefined || this.voice.idle) this.#outlet.send(clientId, payload);
    else this.voice.pass(session, payload, () => this.#open.get(clientId) === session);
  }
}
