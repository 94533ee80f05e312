import { closeSync, openSync, writeSync } from 'node:fs';
import { err, ok, type Result } from '#domain/result';
import type { Correction, LedgerOutlet, Placement } from '#simulator/engine/ledger';
import type { Fill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';

/**
 * One line of a ledger file. `at` is tape time, `wall` the machine's clock when the line was written, both epoch ms; prices and quantities
 * are domain integers, as everywhere.
 */
export type LedgerLine = { readonly at: number; readonly wall: number } & (
  | ({ readonly event: 'placed' } & Omit<Placement, 'at'>)
  | ({ readonly event: 'accepted' } & OrderKeys & Pick<OrderView, 'action' | 'type' | 'quantity' | 'parentPermId'>)
  | ({ readonly event: 'executed' } & OrderKeys & Pick<Fill, 'execId' | 'side' | 'quantity' | 'price'>)
  | { readonly event: 'corrected'; readonly was: string; readonly execId: string; readonly quantity: number; readonly price: number }
  | ({ readonly event: 'ended' } & OrderKeys & Pick<OrderView, 'status' | 'filled'>)
);

interface OrderKeys {
  readonly permId: number;
  readonly clientId: number;
  readonly orderId: number;
  readonly orderRef: string;
  readonly conId: number;
  readonly symbol: string;
}

/**
 * The simulator's ledger as lines of JSON that another process reads: the truth of a run in which processes die. Each line is with the
 * system before the simulator goes on, so nothing that a client was told is missing from it.
 */
export class LedgerFile implements LedgerOutlet {
  readonly #fd: number;
  readonly #now: () => number;

  private constructor(fd: number, now: () => number) {
    this.#fd = fd;
    this.#now = now;
  }

  /** Appends to the file, or makes it. `now` is the tape's time. An error is one sentence. */
  static open(path: string, now: () => number): Result<LedgerFile> {
    try {
      return ok(new LedgerFile(openSync(path, 'a', 0o600), now));
    } catch (error) {
      return err(`The ledger file ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  placed({ at, ...placement }: Placement): void {
    this.#write({ event: 'placed', at, wall: Date.now(), ...placement });
  }

  accepted(order: OrderView): void {
    const { action, type, quantity, parentPermId } = order;
    this.#write({ event: 'accepted', ...this.#times(), ...keysOf(order), action, type, quantity, parentPermId });
  }

  executed(fill: Fill): void {
    const { at, execId, side, quantity, price } = fill;
    this.#write({ event: 'executed', at, wall: Date.now(), ...keysOf(fill), execId, side, quantity, price });
  }

  corrected({ was, now, at }: Correction): void {
    const { execId, quantity, price } = now;
    this.#write({ event: 'corrected', at, wall: Date.now(), was: was.execId, execId, quantity, price });
  }

  ended(order: OrderView): void {
    const { status, filled } = order;
    this.#write({ event: 'ended', ...this.#times(), ...keysOf(order), status, filled });
  }

  close(): void {
    closeSync(this.#fd);
  }

  #times(): { readonly at: number; readonly wall: number } {
    return { at: this.#now(), wall: Date.now() };
  }

  #write(line: LedgerLine): void {
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
  }
}

function keysOf(of: Pick<OrderView & Fill, 'permId' | 'clientId' | 'orderId' | 'orderRef' | 'contract'>): OrderKeys {
  const { permId, clientId, orderId, orderRef, contract } = of;
  return { permId, clientId, orderId, orderRef, conId: contract.conId, symbol: contract.symbol };
}
