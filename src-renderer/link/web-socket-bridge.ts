import type { TopicName } from '#protocol/topics';
import { Listeners } from '../replica/listeners.ts';
import { SCOPES, SESSION_ENDS, type OwnSession, type SessionEnd } from '#protocol/session';
import { type BridgeState, type LinkBridge, NoAnswerYet } from './bridge.ts';

interface Waiting {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Subscription {
  readonly topics: readonly TopicName[];
  readonly listener: (frame: unknown) => void;
}

export interface SocketPlace {
  readonly url: string;
  /** One session's secret; it travels as a second subprotocol because a page cannot set headers on a WebSocket. */
  readonly token: string;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;
const CALL_DEADLINE_MS = 10_000;

/**
 * The daemon's door: `{t:'call'|'subscribe'}` out, `{t:'reply'|'frame'}` in. Reconnects with back-off and subscribes anew. A call
 * under way when the socket breaks is refused, never repeated: it may have arrived.
 */
export class WebSocketBridge implements LinkBridge {
  readonly #place: SocketPlace;
  #socket: WebSocket | undefined;
  #open = false;
  #state: BridgeState = { phase: 'closed', reason: 'Connecting to the desk.' };
  #session: OwnSession | undefined;
  #nextId = 1;
  #delay = FIRST_DELAY_MS;
  readonly #waiting = new Map<number, Waiting>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #states = new Listeners();
  readonly #sessions = new Listeners();

  constructor(place: SocketPlace) {
    this.#place = place;
    this.#connect();
  }

  call(name: string, input: unknown): Promise<unknown> {
    const socket = this.#socket;
    if (!this.#open || socket === undefined) return Promise.reject(new Error('no connection to the desk'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new NoAnswerYet(`no answer within ${String(CALL_DEADLINE_MS / 1000)} s`));
      }, CALL_DEADLINE_MS);
      const end = (): void => {
        clearTimeout(deadline);
        this.#waiting.delete(id);
      };
      this.#waiting.set(id, {
        resolve: (reply) => {
          end();
          resolve(reply);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      });
      socket.send(JSON.stringify({ t: 'call', id, name, input }));
    });
  }

  subscribe(topics: readonly TopicName[], listener: (frame: unknown) => void): () => void {
    const subscription = { topics, listener };
    this.#subscriptions.add(subscription);
    if (this.#open) this.#sendSubscriptions();
    return () => {
      this.#subscriptions.delete(subscription);
      if (this.#open) this.#sendSubscriptions();
    };
  }

  onState(listener: (state: BridgeState) => void): () => void {
    const tell = (): void => listener(this.#state);
    tell();
    return this.#states.add(tell);
  }

  onSession(listener: (session: OwnSession) => void): () => void {
    const tell = (): void => {
      if (this.#session !== undefined) listener(this.#session);
    };
    tell();
    return this.#sessions.add(tell);
  }

  #connect(): void {
    const socket = new WebSocket(this.#place.url, ['desk', `desk.${this.#place.token}`]);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#open = true;
      this.#state = { phase: 'open' };
      this.#states.call();
      if (this.#subscriptions.size > 0) this.#sendSubscriptions();
    });
    socket.addEventListener('message', (event) => this.#onMessage(event.data));
    socket.addEventListener('close', (event) => this.#onClose(event.code, event.reason));
  }

  #onClose(code: number, reason: string): void {
    this.#open = false;
    const said = reason === '' ? '' : ` (${reason})`;
    // Knocking on with a session that is over would only use up the tries of a valid address.
    const why = sessionEndOf(code);
    this.#state =
      why === undefined
        ? { phase: 'closed', reason: `The connection to the desk is closed${said}. Reconnecting.` }
        : { phase: 'no-session', why };
    for (const waiting of [...this.#waiting.values()]) waiting.reject(new Error('the connection broke'));
    this.#states.call();
    if (why !== undefined) return;
    setTimeout(() => this.#connect(), this.#delay);
    this.#delay = Math.min(LONGEST_DELAY_MS, this.#delay * 2);
  }

  #sendSubscriptions(): void {
    const topics = [...new Set([...this.#subscriptions].flatMap((subscription) => subscription.topics))];
    this.#socket?.send(JSON.stringify(topics.length === 0 ? { t: 'unsubscribe' } : { t: 'subscribe', topics }));
  }

  #onMessage(data: unknown): void {
    if (typeof data !== 'string') return;
    const message = parse(data);
    if (message === undefined) return;
    if (message['t'] === 'reply' && typeof message['id'] === 'number') this.#waiting.get(message['id'])?.resolve(message['reply']);
    // Only what the desk has really said makes a connection good: one that is opened and closed at once must not be hammered.
    this.#delay = FIRST_DELAY_MS;
    if (message['t'] === 'session') this.#onSession(message['session']);
    if (message['t'] === 'frame') for (const { listener } of [...this.#subscriptions]) listener(message['frame']);
  }

  #onSession(session: unknown): void {
    if (!isOwnSession(session)) return;
    this.#session = session;
    this.#sessions.call();
  }
}

function sessionEndOf(code: number): SessionEnd | undefined {
  return (Object.keys(SESSION_ENDS) as SessionEnd[]).find((why) => SESSION_ENDS[why] === code);
}

function isOwnSession(value: unknown): value is OwnSession {
  if (typeof value !== 'object' || value === null) return false;
  const { id, scope } = value as Partial<Record<keyof OwnSession, unknown>>;
  return typeof id === 'number' && SCOPES.some((known) => known === scope);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
