import type { OpenOrderNews } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { ListEnd, ListEnds, ListName } from './list-ends.ts';
import { ManualNumbers } from './manual-order-binding.ts';

/** The connections on which lists are asked for. */
export interface ListWire {
  /** Rises whenever the line has changed so that lists asked for before say nothing any more. */
  readonly epoch: number;
  /** On the portfolio connection; false when the question could not leave. */
  ask(of: ListName | 'own-orders'): boolean;
  /** On both order connections: a client is only sure to hear of its own executions. The request ids of the questions that left. */
  askExecutions(): readonly number[];
}

/** The questions of which reconciliation is made: what is asked together, under which number, and what an end marker answers. */
export class ListRequests {
  readonly #wire: ListWire;
  readonly #ends: ListEnds;
  readonly #numbers: ManualNumbers;
  #requests = 0;

  constructor(clock: Clock, wire: ListWire, ends: ListEnds) {
    this.#wire = wire;
    this.#ends = ends;
    this.#numbers = new ManualNumbers(clock, () => this.#askOwn());
  }

  /** Asks for everything; the answer is the number that all its ends carry. */
  reconcile(): number {
    this.#numbers.onceAConnection();
    const request = this.#next();
    this.#ask('open-orders', request);
    this.#ask('completed-orders', request);
    const reqIds = this.#wire.askExecutions();
    this.#ends.askedExecutions(request, this.#wire.epoch, reqIds);
    this.#ask('positions', request);
    return request;
  }

  requestOpenOrders(): number {
    const request = this.#next();
    this.#ask('open-orders', request);
    return request;
  }

  requestPositions(): number {
    const request = this.#next();
    this.#ask('positions', request);
    return request;
  }

  /** What was typed into TWS before may have its number now. */
  bindManualOrders(): void {
    this.#numbers.ask();
  }

  /** An open order was named; one without a number is asked about. */
  listed(order: OpenOrderNews): void {
    this.#numbers.listed(order);
  }

  /** An end marker came: what it ends, or undefined when it says nothing. */
  ended(of: ListName): ListEnd | undefined {
    const end = this.#ends.ended(of, this.#wire.epoch);
    if (end !== 'own-orders') return end;
    this.#numbers.answered();
    return undefined;
  }

  executionsEnded(reqId: number): ListEnd | undefined {
    return this.#ends.executionsEnded(reqId, this.#wire.epoch);
  }

  /** A list of everybody's orders is on its way. */
  get awaitsOpenOrders(): boolean {
    return this.#ends.awaitsOpenOrders;
  }

  /** An order connection is gone: answers to its requests will not come, those of the next are counted anew. */
  closed(connection: 'portfolio' | 'other'): void {
    if (connection === 'portfolio') {
      this.#ends.lost();
      this.#numbers.lost();
    }
    this.#ends.executionsLost();
  }

  #askOwn(): boolean {
    if (!this.#wire.ask('own-orders')) return false;
    this.#ends.askedOwnOrders();
    return true;
  }

  #next(): number {
    this.#requests += 1;
    return this.#requests;
  }

  #ask(of: ListName, request: number): void {
    if (this.#wire.ask(of)) this.#ends.asked(of, request, this.#wire.epoch);
  }
}
