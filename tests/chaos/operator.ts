import type { Answer, CallName, Reply } from '#protocol/commands';
import type { Frame } from '#protocol/stream';
import type { AdoptionRow, FillRow, OrderRow, PositionRow, QuoteRow, StatusValue, TableTopics, WatcherRow } from '#protocol/topics';
import { ReplicaSet } from '../../src-renderer/replica/replica-set.ts';
import { get, RawSocket } from '../gateway/control-raw-client.ts';

const TOPICS = ['status', 'orders', 'positions', 'fills', 'adoptions', 'watchers', 'quotes'] as const;
const CALL_MS = 40_000;

/** The desk's process went away in the middle of a sentence. */
export class Gone extends Error {}

/** An operator without a screen: the console's own words over the control door, the console's own copies of what the desk shows. */
export class Operator {
  readonly #socket: RawSocket;
  readonly #screen = new ReplicaSet();
  readonly #waiting = new Map<number, (reply: unknown) => void>();
  readonly #looks = new Set<() => void>();
  #calls = 0;
  #isGone = false;

  private constructor(socket: RawSocket) {
    this.#socket = socket;
    void this.#listen();
    this.#socket.send({ t: 'subscribe', topics: TOPICS });
  }

  /** `url` as the daemon printed it; it opens once. */
  static async open(url: string): Promise<Operator> {
    const { port, pathname, search } = new URL(url);
    const page = await get(Number(port), `${pathname}${search}`);
    const session = /<meta name="desk-session" content="([A-Za-z0-9_-]+)">/.exec(page.body)?.[1];
    if (session === undefined) throw new Gone(`the console did not open: ${page.status}`);
    const socket = await RawSocket.open(Number(port), `desk, desk.${session}`);
    if (typeof socket === 'number') throw new Gone(`the stream was refused: ${socket}`);
    return new Operator(socket);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get status(): StatusValue | undefined {
    return this.#screen.values.status.value;
  }

  /** The desk says that its book equals the broker's. */
  get isReconciled(): boolean {
    const { status } = this;
    return status?.ready === true && status.reconciled && status.reconciliation.state === 'done';
  }

  orders(): readonly OrderRow[] {
    return this.#rows('orders');
  }

  positions(): readonly PositionRow[] {
    return this.#rows('positions');
  }

  fills(): readonly FillRow[] {
    return this.#rows('fills');
  }

  adoptions(): readonly AdoptionRow[] {
    return this.#rows('adoptions');
  }

  quotes(): readonly QuoteRow[] {
    return this.#rows('quotes');
  }

  watchers(): readonly WatcherRow[] {
    return this.#rows('watchers');
  }

  /** Throws Gone when the desk dies before it answers. */
  async ask<N extends CallName>(name: N, input: unknown): Promise<Reply<N>> {
    if (this.#isGone) throw new Gone(name);
    this.#calls += 1;
    const id = this.#calls;
    const reply = await new Promise<unknown>((done, fail) => {
      const timer = setTimeout(() => fail(new Gone(`${name} was not answered within ${CALL_MS} ms`)), CALL_MS);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        if (answer === undefined) fail(new Gone(name));
        else done(answer);
      });
      this.#socket.send({ t: 'call', id, name, input });
    });
    return reply as Reply<N>;
  }

  /** As `ask`, for what must not be refused. */
  async must<N extends CallName>(name: N, input: unknown): Promise<Answer<N>> {
    const reply = await this.ask(name, input);
    if (!reply.ok) throw new Error(`${name} was refused: ${reply.error.text}`);
    return reply.value;
  }

  /** True when `test` holds, looked at after every frame; false when it did not within `ms`. Throws Gone. */
  until(test: () => boolean, ms: number): Promise<boolean> {
    return new Promise((done, fail) => {
      const end = (act: () => void): void => {
        clearTimeout(timer);
        this.#looks.delete(look);
        act();
      };
      const look = (): void => {
        if (this.#isGone) end(() => fail(new Gone('while waiting')));
        else if (test()) end(() => done(true));
      };
      const timer = setTimeout(() => end(() => done(false)), ms);
      this.#looks.add(look);
      look();
    });
  }

  close(): void {
    this.#end();
    this.#socket.socket.destroy();
  }

  #rows<T extends keyof TableTopics>(name: T): readonly TableTopics[T][] {
    const table = this.#screen.tables[name] as unknown as {
      readonly keys: readonly string[];
      row(key: string): TableTopics[T] | undefined;
    };
    return table.keys.flatMap((key) => table.row(key) ?? []);
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        await this.#socket.until((messages) => (messages.length > 0 ? true : undefined));
        for (const message of this.#socket.messages.splice(0)) this.#take(message);
        for (const look of [...this.#looks]) look();
      }
    } catch {
      this.#end();
    }
  }

  #take(message: Record<string, unknown>): void {
    if (message['t'] === 'reply') {
      const id = Number(message['id']);
      this.#waiting.get(id)?.(message['reply']);
      this.#waiting.delete(id);
      return;
    }
    if (message['t'] !== 'frame') return;
    const frame = message['frame'] as Frame;
    const gaps = this.#screen.apply(frame);
    this.#post('stream.ack', { number: frame.number });
    if (gaps.length > 0) this.#post('stream.resync', { topics: gaps });
  }

  /** Its answer is nobody's. */
  #post(name: CallName, input: unknown): void {
    this.#calls += 1;
    if (!this.#isGone) this.#socket.send({ t: 'call', id: this.#calls, name, input });
  }

  #end(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const answer of this.#waiting.values()) answer(undefined);
    this.#waiting.clear();
    for (const look of [...this.#looks]) look();
  }
}
