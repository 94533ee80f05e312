import { closeSync, type FSWatcher, openSync, readSync, watch } from 'node:fs';
import { execIdRoot } from '#domain/execution';
import type { ExecId } from '#domain/ids';
import type { LedgerLine } from '#simulator/ledger-file';

export type Line<E extends LedgerLine['event']> = Extract<LedgerLine, { readonly event: E }>;

const PIECE = 64 * 1024;

/** What truly happened, as the simulator's process has written it down. It reads on whenever the file grows. */
export class Truth {
  readonly placed: Line<'placed'>[] = [];
  readonly accepted = new Map<number, Line<'accepted'>>();
  readonly ended = new Map<number, Line<'ended'>>();
  /** By the root of the execId. */
  readonly executed = new Map<string, Line<'executed'>>();
  readonly #fd: number;
  readonly #watcher: FSWatcher;
  readonly #listeners = new Set<(line: LedgerLine) => void>();
  #offset = 0;
  #rest = '';

  constructor(file: string) {
    this.#fd = openSync(file, 'a+', 0o600);
    this.#watcher = watch(file, () => this.read());
  }

  /** Every line from now on, as soon as the system tells of it. */
  onLine(listener: (line: LedgerLine) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  read(): void {
    const piece = Buffer.alloc(PIECE);
    for (
      let count = readSync(this.#fd, piece, 0, PIECE, this.#offset);
      count > 0;
      count = readSync(this.#fd, piece, 0, PIECE, this.#offset)
    ) {
      this.#offset += count;
      const lines = (this.#rest + piece.toString('utf8', 0, count)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as LedgerLine);
    }
  }

  close(): void {
    this.#watcher.close();
    closeSync(this.#fd);
  }

  /** PermIds of what works at the broker now. */
  working(): ReadonlyMap<number, Line<'accepted'>> {
    return new Map([...this.accepted].filter(([permId]) => !this.ended.has(permId)));
  }

  /** Σ executions, signed, by contract. */
  positions(): ReadonlyMap<number, number> {
    const sums = new Map<number, number>();
    for (const { conId, side, quantity } of this.executed.values())
      sums.set(conId, (sums.get(conId) ?? 0) + (side === 'BUY' ? quantity : 0 - quantity));
    return sums;
  }

  #take(line: LedgerLine): void {
    switch (line.event) {
      case 'placed':
        this.placed.push(line);
        break;
      case 'accepted':
        this.accepted.set(line.permId, line);
        break;
      case 'executed':
        this.executed.set(execIdRoot(line.execId as ExecId), line);
        break;
      case 'ended':
        this.ended.set(line.permId, line);
        break;
      case 'corrected':
        break;
    }
    for (const listener of [...this.#listeners]) listener(line);
  }
}
