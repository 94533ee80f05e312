import { replay } from '#core/commit/replay';
import type { BrokerNews } from '#core/ports/broker';
import { isArmedState } from '#core/state/engine-state';
import type { Order } from '#domain/order';
import { DEFAULT_RATES } from '#tws/pacing/pacing-gate';
import type { Simulator } from '#simulator/simulator';
import type { Disk } from './files.ts';
import type { Difference } from './leftovers.ts';
import { differences } from './settlement.ts';
import type { SocketLife } from './socket-life.ts';
import { Truth } from './truth.ts';

type PlaceFrame = Extract<BrokerNews, { readonly kind: 'place-frame' }>;

/** IB's number of the message that begins a connection; it is not counted. */
const START_API = '71';
const PREFIX = 4;

export interface SocketJudged {
  readonly simulator: Simulator;
  readonly disk: Disk;
  /** Virtual ms. */
  readonly now: () => number;
}

/** What must hold whatever TWS and the wire do: read from the bytes that leave, from the journal and from the simulator's ledger. */
export class SocketJudge {
  readonly violations: string[] = [];
  readonly #world: SocketJudged;
  readonly #truth: Truth;
  /** References that left as new orders, over all lives. */
  readonly #left = new Set<string>();
  #outageUntil = -Infinity;
  /** TWS says nothing else of its line while it lasts. */
  #isJudged = false;
  /** Epoch ms. */
  #outageSince = 0;
  /** The epoch in which the desk has heard of the outage; a new connection is told another thing. */
  #heardIn: number | undefined;
  /** When each message of the last second left, virtual ms. */
  #sent: number[] = [];
  #mostSent = 0;
  frames = 0;

  constructor(world: SocketJudged) {
    this.#world = world;
    this.#truth = new Truth(world.simulator.ledger);
  }

  fail(text: string): void {
    if (this.violations.length < 20) this.violations.push(`at ${(this.#world.now() / 1_000).toFixed(3)} s: ${text}`);
  }

  /** The most messages of one second. */
  get mostSent(): number {
    return this.#mostSent;
  }

  /** The desk has written these bytes: whole messages, or the greeting of a connection. */
  wrote(bytes: Buffer): void {
    const now = this.#world.now();
    if (bytes.toString('latin1', 0, PREFIX) === 'API\0') return;
    for (let at = 0; at + PREFIX <= bytes.length; at += PREFIX + bytes.readUInt32BE(at)) {
      const id = bytes.toString('latin1', at + PREFIX, bytes.indexOf(0, at + PREFIX));
      if (id !== START_API) this.#sent.push(now);
      this.frames += 1;
    }
    this.#sent = this.#sent.filter((at) => now - at < 1_000);
    this.#mostSent = Math.max(this.#mostSent, this.#sent.length);
    if (this.#sent.length > DEFAULT_RATES.messagesPerSecond)
      this.fail(`G2: ${this.#sent.length} messages left within a second, ${DEFAULT_RATES.messagesPerSecond} may`);
  }

  /** TWS has lost IB for so many ms and says nothing else of its line meanwhile; 0: it may say anything. */
  outage(ms: number): void {
    const { now } = this.#world;
    if (ms === 0) this.#isJudged = false;
    else if (now() >= this.#outageUntil) {
      // One that comes while another lasts is none.
      this.#outageUntil = now() + ms;
      this.#outageSince = this.#world.simulator.clock.now();
      this.#isJudged = true;
    }
    this.#heardIn = undefined;
  }

  /** A frame of an order has left the desk just now. */
  placed(life: SocketLife, { ref, modify, quantity }: PlaceFrame): void {
    const order = [...life.stores.orders.values()].find((one) => one.ref === ref || `by hand ${one.permId}` === ref);
    if (ref === undefined || order === undefined) {
      this.fail(`an order left without a name that the desk knows: ${ref ?? 'none'}`);
      return;
    }
    if (!this.#world.disk.orders.has(order.key)) this.fail(`I-14: ${ref} left and its intent is not in the journal`);
    // A desk that has started anew tells a change of an order of its earlier life from a new one by its book alone.
    if (!modify && order.change === undefined && this.#left.has(ref)) this.fail(`I-01: ${ref} leaves again`);
    this.#left.add(ref);
    if (life.deskState.latch.isSet()) this.#afterKill(life, order, quantity);
  }

  /** Between a kill and the re-arming nothing leaves but what reduces. */
  #afterKill(life: SocketLife, order: Order, quantity: number): void {
    const held = life.stores.positions.get(`${order.account}:${order.contract.conId}`)?.quantity ?? 0;
    const closes = order.side === 'SELL' ? held : 0 - held;
    if (order.leg === 'E' || quantity > Math.max(0, closes))
      this.fail(
        `I-04: after a kill ${order.ref ?? order.key} leaves for ${quantity / 10_000} ${order.side} while ${held / 10_000} are held`,
      );
  }

  /** After everything that happened. */
  look(life: SocketLife): void {
    const { deskState, state, bugs } = life;
    for (const bug of bugs) this.fail(`a defect in ${bug.where} of ${bug.name}: ${String(bug.error)}`);
    if (deskState.latch.isSet() !== (state === 'EMERGENCY' || state === 'STOPPED'))
      this.fail(`I-13: the latch is ${deskState.latch.isSet() ? 'set' : 'clear'} while the desk is ${state}`);
    this.#cutOff(deskState.link);
    if (!deskState.link.ready && isArmedState(state)) this.fail(`the desk is ${state} although its link is not ready`);
  }

  /** Of what TWS has said of its line only 1101 and 1102 end a 1100, no farm does. */
  #cutOff({ epoch, ready, upstream, upstreamSince }: SocketLife['deskState']['link']): void {
    if (!this.#isJudged || this.#world.now() >= this.#outageUntil) return;
    // What it hears late of an earlier outage is another story.
    if (upstream === 'down') this.#heardIn = upstreamSince >= this.#outageSince ? epoch : undefined;
    else if (ready && this.#heardIn === epoch) this.fail('the link is ready in the middle of an outage that the desk has heard of');
  }

  /** What differs between the book and the ledger. */
  differences(life: SocketLife): readonly Difference[] {
    const { simulator, disk } = this.#world;
    const { ledger, gateway } = simulator;
    const tws = {
      ledger,
      exchange: gateway.exchange,
      listing: gateway.listing,
      // No other program is connected here.
      listedAt: { open: Infinity, completed: Infinity },
      priceOf: (fill: (typeof ledger.fills)[number]) => fill.price,
    };
    return differences({ tws, invariants: { truth: this.#truth }, disk }, life);
  }

  /** What the ledger says of the whole storm. */
  ledger(): void {
    const { simulator, disk } = this.#world;
    const taken = new Map<string, number>();
    for (const { orderRef } of simulator.ledger.orders) {
      if (!orderRef.startsWith('TD1-')) continue;
      taken.set(orderRef, (taken.get(orderRef) ?? 0) + 1);
      if (![...disk.orders.values()].some(({ ref }) => ref === orderRef))
        this.fail(`I-14: ${orderRef} is in the ledger, and no journal has its intent`);
    }
    for (const [ref, count] of taken) if (count > 1) this.fail(`I-01: the ledger has ${count} orders of ${ref}`);
    for (const { clientId, messageId, surplus } of simulator.ledger.odd)
      this.fail(`message ${messageId} of client ${clientId} had ${surplus} fields too many`);
  }

  /** A life is over: its records must give its state again. */
  over({ journal, clock }: SocketLife, inOrder: boolean): void {
    const records = journal.gapless;
    const replayed = replay(records, journal.startAfter);
    if (!replayed.ok) this.fail(`I-11: ${replayed.error.text}`);
    else if (replayed.value.digests.some((digest, index) => digest !== records[index]?.digest))
      this.fail('I-11: replay differs from the life');
    if (inOrder && clock.pending > 0) this.fail(`${clock.pending} timers are left after the desk has stopped`);
  }
}
