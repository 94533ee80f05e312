import { allows, scopeRefusal } from '#protocol/access';
import { COMMANDS, QUERIES, type CallName, type Input, type Reply } from '#protocol/commands';
import type { ErrorCode } from '#protocol/errors';
import { type Issue, issueWords } from '#protocol/issue-words';
import type { Caller } from './door.ts';
import { payloadRefusal } from './payload.ts';
import { TokenBucket } from './token-bucket.ts';

export type Handlers = {
  readonly [N in CallName]: (input: Input<N>, caller: Caller) => Reply<N> | Promise<Reply<N>>;
};

export interface RouterPorts {
  /** Monotonic ms, for the rate limits. */
  monotonic(): number;
  /** Logs a handler's exception and answers with the id under which it is found. */
  fault(name: string, error: unknown): string;
  /** What of a call only a person at the desk may allow, in words; null: nothing. */
  onlyAtDesk(name: CallName, input: unknown): string | null;
  /** Puts it to the terminal; `run` acts when it is allowed there. The answer tells the console what to do meanwhile. */
  askTerminal(question: Question): string;
}

export interface Question {
  /** e.g. `re-arm after the kill`. */
  readonly what: string;
  readonly caller: Caller;
  run(by: Caller): Reply<CallName> | Promise<Reply<CallName>>;
}

export interface Router {
  /**
   * Answers with a value in every case. The handler is entered before this returns, so that a kill has shut the gate when the
   * door's own turn goes on.
   */
  call(name: unknown, input: unknown, caller: Caller): Promise<Reply<CallName>>;
}

interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What only reduces risk is never kept waiting, however fast it is asked for. */
const UNLIMITED: ReadonlySet<CallName> = new Set<CallName>(['kill', 'orders.cancel-all', 'order.cancel', 'engine.pause']);
/** A screen acknowledges every frame; that must not eat what its operator may ask. */
const STREAM: ReadonlySet<CallName> = new Set<CallName>(['stream.ack', 'stream.resync']);
const CALL_RATE: Rate = { perSecond: 50, burst: 100 };
const STREAM_RATE: Rate = { perSecond: 100, burst: 200 };

/** What a schema of the protocol is to its user. */
interface Schema {
  safeParse(
    input: unknown,
  ):
    { readonly success: true; readonly data: unknown } | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

const SCHEMAS: Readonly<Record<CallName, Schema>> = { ...COMMANDS, ...QUERIES };

export function createRouter(handlers: Handlers, ports: RouterPorts): Router {
  const limits = new WeakMap<Caller, { readonly calls: TokenBucket; readonly stream: TokenBucket }>();

  function withinRate(name: CallName, caller: Caller): boolean {
    if (UNLIMITED.has(name)) return true;
    const now = ports.monotonic();
    let buckets = limits.get(caller);
    if (buckets === undefined) {
      buckets = {
        calls: new TokenBucket(CALL_RATE.perSecond, CALL_RATE.burst, now),
        stream: new TokenBucket(STREAM_RATE.perSecond, STREAM_RATE.burst, now),
      };
      limits.set(caller, buckets);
    }
    return (STREAM.has(name) ? buckets.stream : buckets.calls).take(now);
  }

  function failed(name: CallName, error: unknown): Reply<CallName> {
    const id = ports.fault(name, error);
    return refusal(
      'internal',
      `A defect of this program stopped ${name}. It is in the log under ${id}; nothing else is known to have happened.`,
    );
  }

  function dispatch(name: unknown, input: unknown, caller: Caller): Reply<CallName> | Promise<Reply<CallName>> {
    if (!isCallName(name)) return refusal('invalid-input', `This desk does not know the call ${quoted(name)}.`);
    if (!allows(caller.scope, name)) return refusal('out-of-scope', scopeRefusal(caller.scope));
    if (!withinRate(name, caller)) {
      return refusal('too-many', `More than ${CALL_RATE.perSecond} requests a second came from this console. Wait a second and try again.`);
    }
    try {
      const unfit = payloadRefusal(input);
      if (unfit !== null) return refusal('invalid-input', `${name}: ${unfit}.`);
      const parsed = SCHEMAS[name].safeParse(input);
      if (!parsed.success) return refusal('invalid-input', `${name}: ${issueWords(parsed.error.issues, input)}.`);
      const what = caller.atDesk ? null : ports.onlyAtDesk(name, parsed.data);
      if (what === null) return handle(name, parsed.data, caller);
      const run = (by: Caller): Reply<CallName> | Promise<Reply<CallName>> => handle(name, parsed.data, by);
      return refusal('confirm-at-terminal', ports.askTerminal({ what, caller, run }));
    } catch (error) {
      return failed(name, error);
    }
  }

  function handle(name: CallName, input: unknown, caller: Caller): Reply<CallName> | Promise<Reply<CallName>> {
    try {
      // The tables pair each name with its schema and its handler; the type system cannot follow the pair through a lookup.
      const handler = handlers[name] as (input: unknown, caller: Caller) => Reply<CallName> | Promise<Reply<CallName>>;
      const reply = handler(input, caller);
      return reply instanceof Promise ? reply.catch((error: unknown) => failed(name, error)) : reply;
    } catch (error) {
      return failed(name, error);
    }
  }

  return { call: (name, input, caller) => Promise.resolve(dispatch(name, input, caller)) };
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(SCHEMAS, name);
}

function refusal(code: ErrorCode, text: string): Reply<CallName> {
  return { ok: false, error: { code, text } };
}

function quoted(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name.slice(0, 40)) : `of type ${typeof name}`;
}
