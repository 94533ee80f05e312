import type { Coordinator } from '#core/commit/coordinator';
import type { CommitBug } from '#core/commit/work';
import type { ApprovedOrder } from '#core/ports/broker';
import type { CommitRecord, JournalStatus } from '#core/ports/journal';
import type { SavedBreaker } from '#core/risk/breaker';
import type { DeskState } from '#core/state/desk-state';
import type { EngineState } from '#core/state/engine-state';
import type { DeskStores, Effect } from '#core/state/records';
import type { ClientId, OrderId, OrderRef } from '#domain/ids';
import type { Amount } from '#domain/money';
import type { Order, OrderLeg } from '#domain/order';
import type { Price } from '#domain/price';
import type { Exchange } from '#simulator/engine/exchange';
import type { Fill as TrueFill } from '#simulator/model/fill';
import type { Listing } from '#simulator/model/instrument';

import type { DoubtfulSince } from './doubtful-since.ts';
import type { LedgerOfTruth, Truth } from './truth.ts';

/** What the invariants read of the broker. */
export interface JudgedBroker {
  readonly ledger: LedgerOfTruth;
  readonly exchange: { readonly register: Pick<Exchange['register'], 'active' | 'childrenOf'> };
}

/** What the invariants read of one life of the desk. They change nothing in it. */
export interface JudgedLife {
  readonly number: number;
  readonly alive: boolean;
  readonly stores: DeskStores;
  readonly deskState: Pick<
    DeskState,
    | 'bracketCancels'
    | 'counters'
    | 'index'
    | 'latch'
    | 'link'
    | 'memos'
    | 'ordersOut'
    | 'recentSends'
    | 'reconciliation'
    | 'resizeAttempts'
    | 'rules'
    | 'toldFilled'
    | 'untoldExecutions'
    | 'waitingCommissions'
  >;
  readonly state: EngineState;
  readonly coordinator: Pick<Coordinator<Effect>, 'statistics'>;
  /** The day's profit and loss as this life was last told it. */
  readonly daily: Amount | undefined;
  readonly alarms: readonly { readonly text: string; readonly key: string | undefined }[];
  readonly bugs: readonly CommitBug[];
  readonly journal: {
    readonly records: readonly CommitRecord[];
    /** Records with nothing missing before them. */
    readonly gapless: readonly CommitRecord[];
    readonly startAfter: number;
    status(): Pick<JournalStatus, 'state'>;
  };
  /** `waitingLegs`: legs of orders that wait for their place in the message rate. */
  readonly transport: { readonly waitingLegs: number };
}

/** What settlement reads of the broker, the simulator as a whole or the storm's own TWS. */
export interface SettledBroker extends JudgedBroker {
  readonly exchange: JudgedBroker['exchange'] & { readonly register: Pick<Exchange['register'], 'untransmitted'> };
  readonly listing: Pick<Listing, 'all'>;
  /** When TWS was last asked for everybody's orders, epoch ms. */
  readonly listedAt: { readonly open: number; readonly completed: number };
  /** An execution as it was told last. */
  priceOf(fill: TrueFill): Price | undefined;
}

/** What settlement reads of the life that is there when all is quiet. */
export interface SettledLife extends Pick<JudgedLife, 'stores' | 'deskState' | 'state'> {
  readonly alarms: readonly { readonly text: string; readonly key: string | undefined; readonly at: number }[];
  readonly doubtfulSince: Pick<DoubtfulSince, 'of'>;
}

export interface SettledWorld {
  readonly tws: SettledBroker;
  readonly invariants: { readonly truth: Pick<Truth, 'order'> };
  readonly disk: { readonly orders: ReadonlyMap<string, Order> };
}

/** What the invariants read of the storm: the broker's truth, the disk and the person at the console. */
export interface JudgedWorld {
  readonly tws: JudgedBroker;
  readonly disk: {
    readonly latch: string | undefined;
    readonly breaker: SavedBreaker | undefined;
    readonly fault: string | undefined;
    readonly lastSeq: number;
    readonly highestId: number;
  };
  readonly life: JudgedLife | undefined;
  /** Virtual ms since the beginning. */
  readonly now: number;
  /** The person at the console is doing something right now. */
  readonly byHand: boolean;
  /** Nobody but the desk trades: only then the truth at the broker is bounded by the desk's limit. */
  readonly alone: boolean;
  /** Everything that happened at the broker has been told, and everything that left has arrived. */
  readonly told: boolean;
  note(text: string): void;
}

/** A leg in the statement before its frame is written. */
export interface WrittenFrame {
  readonly approved: ApprovedOrder;
  readonly leg: OrderLeg;
  readonly orderId: OrderId;
  readonly clientId: ClientId;
}

/** What left a desk, kept apart from any desk's memory. */
export interface Written {
  readonly ref: OrderRef;
  readonly life: number;
  readonly conId: number;
  readonly direction: 1 | -1;
  readonly entry: boolean;
  readonly parent: boolean;
  readonly quantity: number;
  /** On its way to TWS. */
  travelling: boolean;
}
