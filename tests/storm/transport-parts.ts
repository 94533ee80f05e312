import type { BrokerNews, ConnectionState, OrderAddress, SentLeg } from '#core/ports/broker';
import type { ClientId, OrderRef } from '#domain/ids';
import type { Random } from '#simulator/model/random';
import type { ListEnd } from '#tws/order/list-ends';
import type { IdHighWater } from '#tws/order/order-ids';
import type { Tamper } from './bugs.ts';
import type { ProcessClock } from './clock.ts';
import type { CrashPoint } from './crash.ts';
import type { WrittenFrame } from './judged.ts';
import type { MadeList } from './list-rules.ts';
import type { OutboundFrame } from './listener.ts';
import type { Tape } from './tape.ts';
import type { Told } from './told.ts';
import type { Tws } from './tws.ts';
import type { Wire } from './wire.ts';

export interface TransportParts {
  readonly clock: ProcessClock;
  readonly random: Random;
  readonly tws: Tws;
  readonly wires: readonly Wire[];
  readonly ids: IdHighWater;
  /** The numbers of a bracket, before its first leg is written. */
  readonly bracket: (legs: readonly SentLeg[]) => void;
  readonly tamper: Tamper;
  /** What the data client hears goes onto it. */
  readonly tape: Tape;
  readonly alive: () => boolean;
  readonly crash: (point: CrashPoint) => void;
  /** In the statement before the frame is written. */
  readonly writing: (frame: WrittenFrame) => void;
  /** The same for new terms of an order that has left before. */
  readonly changing: (frame: WrittenFrame) => void;
  /** A cancel is about to be written, or has no wire to be written to. */
  readonly cancelling: (address: OrderAddress) => void;
  /** For a listener: this goes to the wire now. */
  readonly wrote: (clientId: number, frame: OutboundFrame) => void;
  /** The frame is off the wire: it has come to TWS, or it is lost. */
  readonly arrived: (ref: OrderRef) => void;
  /** Lists were asked for under this number. */
  readonly asked: (request: number) => void;
  /** This list answers this request, as the adapter's own code has it. */
  readonly ended: (end: ListEnd, made: MadeList) => void;
  /** TWS has said this; nothing has been made of it yet. */
  readonly heard: (clientId: number, told: Told) => void;
  /** A cancel was written and is lost with its wire. */
  readonly cancelLost: (address: OrderAddress) => void;
  readonly emit: (news: BrokerNews) => void;
  /** Odds that an order has to wait for its place in the message rate. */
  readonly waits: () => number;
  /** Whether the bytes of the next order are counted twice, as if the library had written it twice (C-23). */
  readonly countsTwice: () => boolean;
}

const ROLES = ['portfolio', 'data', 'orders'] as const;

/** One client's lamp; `epoch` counts its handshakes. */
export function connectionOf(clientId: 0 | 1 | 2, isOpen: boolean, epoch: number): ConnectionState {
  return { clientId: clientId as number as ClientId, role: ROLES[clientId], socket: isOpen ? 'up' : 'down', epoch };
}
