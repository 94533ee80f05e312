import type { Contract } from '#domain/contract';
import type { Execution } from '#domain/execution';
import type { AccountId, ClientId, ConId, ExecId, OrderId, OrderRef, PermId } from '#domain/ids';
import type { Amount } from '#domain/money';
import type { OrderRequest, OrderType, Side, Trail } from '#domain/order';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { Approved } from '#core/risk/approved';

/** The only thing the broker port sends. Only the risk room can make one. */
export type ApprovedOrder = Approved<OrderRequest>;

/**
 * Asked synchronously in the statement before each `placeOrder` frame, also for orders that waited in the pacing gate.
 * Undefined lets the order leave; a sentence refuses it.
 */
export type TransmitGate = (order: ApprovedOrder) => string | undefined;

export interface SentLeg {
  readonly ref: OrderRef;
  readonly orderId: OrderId;
  readonly clientId: ClientId;
}

/** `queued`: waits for a pacing token; `order-sent` or `order-not-sent` news follows within its time to live (2 s). */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly legs: readonly SentLeg[]; readonly at: number }
  | { readonly kind: 'queued' }
  | { readonly kind: 'refused'; readonly reason: string };

/** How the broker knows an order. Cancels go out on the client id that owns it (0 for bound manual orders). */
export interface OrderAddress {
  readonly clientId: ClientId;
  readonly orderId: OrderId;
  readonly permId?: PermId;
}

/** Orders to the broker. Nothing here awaits: answers come back as news. */
export interface BrokerPort {
  /** All legs of the request leave together or none does. Refused at once while the link is not ready. */
  place(order: ApprovedOrder): SendOutcome;
  /** Same id, new terms. `order` carries the complete leg as it shall be. Refused while the link is degraded. */
  modify(address: OrderAddress, order: ApprovedOrder): SendOutcome;
  /** Priority lane; never refused by the gate. Refused only when there is no socket to write to; `queued` is followed by `cancel-sent`. */
  cancel(address: OrderAddress): SendOutcome;
  /** Cancels everything in the account, also orders placed by hand and by other clients. */
  globalCancel(): SendOutcome;
  /** Drops what waits in the pacing gate (places and modifies). Returns the references dropped. Synchronous part of a kill. */
  purge(reason: string): readonly OrderRef[];
  /** The same for orders and changes that hold one of these references; all legs of such an order go. */
  drop(refs: readonly OrderRef[], reason: string): readonly OrderRef[];
  /**
   * Asks for open, completed and executed orders and positions; each ends with its `end` news of the current epoch, which names the number
   * returned here. Orders typed into TWS are given numbers first. Request numbers rise with every request, so that the end of an earlier list is not taken for that of a later one.
   */
  reconcile(): number;
  /** Open orders of all clients only (kill verification, polling); the number of the request. */
  requestOpenOrders(): number;
  requestPositions(): number;
}

export type BrokerNews =
  | { readonly kind: 'link'; readonly link: LinkState }
  | { readonly kind: 'accounts'; readonly accounts: readonly AccountId[] }
  | { readonly kind: 'order-sent'; readonly legs: readonly SentLeg[]; readonly at: number }
  /** A cancel that waited for a place in the message rate has left the socket. */
  | { readonly kind: 'cancel-sent'; readonly clientId: ClientId; readonly orderId: OrderId }
  | { readonly kind: 'order-not-sent'; readonly refs: readonly OrderRef[]; readonly reason: string }
  /** Counted from the bytes that left, independent of what the desk believes it sent (C-23). `modify` when the id was sent before. */
  | {
      readonly kind: 'place-frame';
      readonly ref: OrderRef | undefined;
      readonly orderId: OrderId;
      readonly clientId: ClientId;
      readonly quantity: Quantity;
      readonly modify: boolean;
    }
  | { readonly kind: 'open-order'; readonly order: OpenOrderNews }
  | { readonly kind: 'order-status'; readonly status: OrderStatusNews }
  /** TWS has given an order that was typed into it the number by which this client id can change and cancel it. */
  | { readonly kind: 'order-bound'; readonly permId: PermId; readonly clientId: ClientId; readonly orderId: OrderId }
  | { readonly kind: 'execution'; readonly execution: Execution; readonly contract: Contract; readonly live: boolean }
  | {
      readonly kind: 'commission';
      readonly execId: ExecId;
      readonly commission: Amount | undefined;
      readonly currency: string;
      readonly realizedPnl: Amount | undefined;
    }
  | { readonly kind: 'completed-order'; readonly order: OpenOrderNews; readonly completedStatus: string }
  | {
      readonly kind: 'position';
      readonly account: AccountId;
      readonly contract: Contract;
      readonly quantity: Quantity;
      readonly averageCost: Price | undefined;
    }
  | { readonly kind: 'account-value'; readonly account: AccountId; readonly key: string; readonly value: string; readonly currency: string }
  | {
      readonly kind: 'pnl';
      readonly account: AccountId;
      readonly daily: Amount | undefined;
      readonly unrealized: Amount | undefined;
      readonly realized: Amount | undefined;
    }
  | {
      readonly kind: 'pnl-single';
      readonly account: AccountId;
      readonly conId: ConId;
      readonly quantity: Quantity;
      readonly daily: Amount | undefined;
      readonly unrealized: Amount | undefined;
      readonly realized: Amount | undefined;
      readonly value: Amount | undefined;
    }
  | {
      readonly kind: 'end';
      readonly of: 'open-orders' | 'completed-orders' | 'executions' | 'positions';
      readonly epoch: number;
      /** The number of the request that this list answers. */
      readonly request: number;
    }
  | { readonly kind: 'notice'; readonly notice: BrokerNotice };

/** IB's open order, translated. Figures IB left unset are missing. `ibStatus` is IB's raw word. */
export interface OpenOrderNews {
  readonly orderId: OrderId;
  readonly permId: PermId;
  readonly clientId: ClientId;
  readonly account: AccountId;
  readonly contract: Contract;
  readonly side: Side;
  /** IB's word; types the desk does not place itself (TRAIL LIMIT, MOC …) appear as they are. */
  readonly type: OrderType | (string & {});
  readonly quantity: Quantity;
  readonly limit?: Price;
  /** Of a trailing order: where it stands now. */
  readonly stop?: Price;
  readonly trail?: Trail;
  readonly tif: string;
  /** When a GTD order ends, epoch ms. */
  readonly goodTill?: number;
  readonly outsideRth: boolean;
  readonly orderRef?: OrderRef;
  readonly parentId?: OrderId;
  readonly ocaGroup?: string;
  /** IB's own: 1 cancel with block, 2 reduce with block, 3 reduce without. */
  readonly ocaType?: number;
  readonly ibStatus: string;
  readonly whatIf: boolean;
}

export interface OrderStatusNews {
  readonly orderId: OrderId;
  readonly permId: PermId;
  readonly clientId: ClientId;
  readonly parentId: OrderId;
  readonly ibStatus: string;
  readonly filled: Quantity | undefined;
  readonly remaining: Quantity | undefined;
  readonly avgFillPrice: Price | undefined;
  readonly lastFillPrice: Price | undefined;
  readonly whyHeld: string;
}

/**
 * What a code of IB's error channel means for an order. A code alone never ends an order: `reject` and `cancelled` wait for
 * status or absence; `look-up` and every unknown code change no state and ask the broker.
 */
export type NoticeDisposition =
  'info' | 'warning' | 'held' | 'reject' | 'cancelled' | 'refused-change' | 'look-up' | 'request-failed' | 'link';

/** `info` and `error` events of the library merged through one table (rule G-7). `id` is −1, an order id or a request id. */
export interface BrokerNotice {
  readonly code: number;
  readonly id: number;
  readonly clientId: ClientId;
  /** Sanitised: printable characters only. */
  readonly text: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly disposition: NoticeDisposition;
  /** Set when `id` is an order id of this desk's connection, so that a request id is never taken for an order. */
  readonly orderId?: OrderId;
  /** Of a cancel, why IB made it, in IB's words and for people alone; absent where IB gave no reason. */
  readonly brokerReason?: string;
  /** What the operator can do about it. */
  readonly advice?: string;
}

export type SocketState = 'down' | 'connecting' | 'handshaking' | 'up';

export interface FarmState {
  readonly name: string;
  readonly kind: 'market' | 'history' | 'secdef';
  readonly state: 'ok' | 'broken' | 'idle' | 'connecting';
  readonly since: number;
}

export interface ConnectionState {
  readonly clientId: ClientId;
  readonly role: 'portfolio' | 'data' | 'orders';
  readonly socket: SocketState;
  /** Rises with every new socket; news of an older epoch is ignored. */
  readonly epoch: number;
  readonly serverVersion?: number;
  /** Last heartbeat round trip, and when it was answered (epoch ms). */
  readonly roundTripMs?: number;
  readonly heartbeatAt?: number;
  readonly lastByteAt?: number;
  /** When the next attempt is due, while down. */
  readonly retryAt?: number;
  /** Messages that were longer than their class may be, since this desk started; missing when there were none. */
  readonly longFrames?: number;
}

/** Three independent lamps: socket, IB's servers behind TWS, farms. Trouble of the last two never closes the socket. */
export interface LinkState {
  readonly connections: readonly ConnectionState[];
  /** Every connection is up, ids and accounts are known, heartbeats answer. Orders may leave only then. */
  readonly ready: boolean;
  /** Rises whenever the set of sockets changes; reconciliation counts per epoch. */
  readonly epoch: number;
  readonly upstream: 'unknown' | 'up' | 'down';
  readonly upstreamSince: number;
  /** How often TWS has said that it is connected to IB again (1101, 1102), also where no loss was heard before. */
  readonly restored?: number;
  readonly farms: readonly FarmState[];
  readonly accounts: readonly AccountId[];
  /** Messages sent in the last second and the ceiling. */
  readonly messageRate: number;
  readonly messageLimit: number;
  /** What is wrong and what to do, for the operator; missing when ready. `code` is stable. */
  readonly problem?: { readonly code: LinkProblem; readonly text: string };
}

export type LinkProblem =
  | 'not-started'
  | 'port-closed'
  | 'no-handshake'
  | 'not-tws'
  | 'unsupported-version'
  | 'client-id-taken'
  | 'no-ids'
  | 'malformed-data'
  | 'half-open'
  | 'stood-still'
  | 'live-not-allowed'
  | 'port-mismatch'
  | 'account-changed'
  | 'upstream-down'
  | 'connection-lost'
  | 'stopped';
