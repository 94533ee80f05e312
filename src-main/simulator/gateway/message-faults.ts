import type { Timetable } from '#simulator/model/timetable';
import { type MessageClass, messageClass } from '../wire/message-class.ts';
import type { ScriptHooks } from './script-hooks.ts';
import type { Outlet, Session, Voice } from './session.ts';

/** A client id, or everyone. */
export type Target = number | 'all';

/** What becomes of messages: never written, written `ms` of tape time later, written `times` times, or with other text in some fields. */
export type Fate =
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'duplicate'; readonly times: number }
  | { readonly kind: 'rewrite'; readonly field: (text: string, index: number) => string };

interface Rule {
  readonly what: MessageClass;
  readonly client: Target;
  readonly fate: Fate;
  left: number;
}

/**
 * Stands between what the gateway says and what is written to the wire. A delayed class is one that TWS itself comes up with
 * later, so other messages pass it, as executions and order states do pass each other; a held client's stream waits as a
 * whole and keeps its order, as TCP does. Other clients go on meanwhile, which is all the reordering that TCP allows.
 */
export class MessageFaults implements Voice {
  readonly #outlet: Outlet;
  readonly #hooks: ScriptHooks;
  readonly #timetable: Timetable;
  readonly #now: () => number;
  #rules: Rule[] = [];
  readonly #held = new Map<number, string[]>();
  #late = new Set<() => void>();

  constructor(outlet: Outlet, hooks: ScriptHooks, timetable: Timetable, now: () => number) {
    this.#outlet = outlet;
    this.#hooks = hooks;
    this.#timetable = timetable;
    this.#now = now;
  }

  /** Nothing to do: messages go straight to the wire. */
  get idle(): boolean {
    return this.#rules.length === 0 && this.#held.size === 0 && !this.#hooks.heeded;
  }

  /** The next `count` messages of this class to this client meet this fate; Infinity until the returned function is called. */
  rule(what: MessageClass, client: Target, count: number, fate: Fate): () => void {
    const rule = { what, client, fate, left: count };
    this.#rules.push(rule);
    return () => {
      this.#rules = this.#rules.filter((one) => one !== rule);
    };
  }

  /** From now on everything to this client waits for `release`. */
  hold(clientId: number): void {
    if (!this.#held.has(clientId)) this.#held.set(clientId, []);
  }

  release(clientId: number): void {
    const waiting = this.#held.get(clientId) ?? [];
    this.#held.delete(clientId);
    for (const payload of waiting) this.#outlet.send(clientId, payload);
  }

  /** The connection is gone, and with it what waited in it. */
  forget(clientId: number): void {
    if (this.#held.has(clientId)) this.#held.set(clientId, []);
  }

  /** No rules any more; what waits is written now. What was dropped stays dropped. */
  clear(): void {
    this.#rules = [];
    for (const clientId of [...this.#held.keys()]) this.release(clientId);
    const late = this.#late;
    this.#late = new Set();
    for (const deliver of late) deliver();
  }

  /** `alive` says whether this session still is the client's when a delayed message is due. */
  pass(session: Session, payload: string, alive: () => boolean): void {
    const { clientId } = session;
    const what = messageClass(payload);
    this.#hooks.say(what, clientId);
    const rule = this.#rules.find((one) => one.what === what && (one.client === 'all' || one.client === clientId));
    if (rule === undefined) {
      this.#write(clientId, payload);
      return;
    }
    if (--rule.left <= 0) this.#rules = this.#rules.filter((one) => one !== rule);
    const { fate } = rule;
    if (fate.kind === 'duplicate') for (let i = 0; i < fate.times; i++) this.#write(clientId, payload);
    if (fate.kind === 'rewrite') this.#write(clientId, rewritten(payload, fate.field));
    if (fate.kind !== 'delay') return;
    const deliver = (): void => {
      withdraw();
      this.#late.delete(deliver);
      if (alive()) this.#write(clientId, payload);
    };
    const withdraw = this.#timetable.plan(this.#now() + fate.ms, deliver);
    this.#late.add(deliver);
  }

  #write(clientId: number, payload: string): void {
    const waiting = this.#held.get(clientId);
    if (waiting === undefined) this.#outlet.send(clientId, payload);
    else waiting.push(payload);
  }
}

/** Each field but the first, which says what the message is. The wire takes one byte a letter; others travel as UTF-8. */
function rewritten(payload: string, field: (text: string, index: number) => string): string {
  const [id = '', ...fields] = payload.split('\0').slice(0, -1);
  const text = [id, ...fields.map((one, index) => field(one, index + 1)), ''].join('\0');
  return Buffer.from(text, 'utf8').toString('latin1');
}
