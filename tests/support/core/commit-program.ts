import fc from 'fast-check';
import { type Lane, LANES } from '#core/ports/lane';

import type { Store } from '#core/commit/store';
import type { Tx } from '#core/commit/transaction';

/** Random programs for the coordinator: works whose writes depend on everything they read, and a serial reference for them. */
export const KEYS = ['a', 'b', 'c', 'd'] as const;

export type Op =
  | { readonly op: 'get' | 'has' | 'delete' | 'set'; readonly key: string }
  | { readonly op: 'entries' | 'keys' | 'size' | 'effect' | 'pause' };

export type Manner = 'sync' | 'async' | 'detached';
export type Ending = 'returns' | 'throws' | 'never';

export interface Spec {
  readonly id: number;
  readonly lane: Lane;
  readonly manner: Manner;
  readonly ending: Ending;
  readonly ops: readonly Op[];
  readonly retry: boolean;
}

const keyed = fc.record({ op: fc.constantFrom('get', 'has', 'delete', 'set'), key: fc.constantFrom(...KEYS) }) as fc.Arbitrary<Op>;
const plain = fc.record({ op: fc.constantFrom('entries', 'keys', 'size', 'effect', 'pause') }) as fc.Arbitrary<Op>;
const ops = fc.array(fc.oneof({ arbitrary: keyed, weight: 4 }, { arbitrary: plain, weight: 2 }), { minLength: 1, maxLength: 8 });

export function specs(manners: readonly Manner[], lanes: readonly Lane[] = LANES.slice(1)): fc.Arbitrary<readonly Spec[]> {
  const spec = fc.record({
    lane: fc.constantFrom(...lanes),
    manner: fc.constantFrom(...manners),
    ending: fc.oneof(
      { arbitrary: fc.constant<Ending>('returns'), weight: 8 },
      { arbitrary: fc.constant<Ending>('throws'), weight: 1 },
      { arbitrary: fc.constant<Ending>('never'), weight: 1 },
    ),
    ops,
    retry: fc.boolean(),
  });
  return fc.array(spec, { minLength: 1, maxLength: 12 }).map((list) => list.map((one, id) => ({ ...one, id })));
}

/** The part of a transaction that a program uses, so that a Map can stand in for it. */
export interface Cells {
  get(key: string): number | undefined;
  entries(): readonly (readonly [string, number])[];
  keys(): readonly string[];
  size(): number;
  set(key: string, value: number): void;
  delete(key: string): void;
  effect(text: string): void;
}

export function cellsOf(tx: Tx<string>, store: Store<string, number>): Cells {
  return {
    get: (key) => tx.get(store, key),
    entries: () => tx.entries(store),
    keys: () => tx.keys(store),
    size: () => tx.size(store),
    set: (key, value) => tx.set(store, key, value),
    delete: (key) => tx.delete(store, key),
    effect: (text) => tx.effect(text),
  };
}

function mixed(sum: number, more: number | string): number {
  let result = sum;
  for (const char of String(more)) result = (Math.imul(result, 31) + char.charCodeAt(0)) | 0;
  return result;
}

/** Does one step and returns the sum of everything read so far; later writes and effects carry it. */
export function step(spec: Spec, op: Op, cells: Cells, sum: number): number {
  switch (op.op) {
    case 'get':
      return mixed(sum, cells.get(op.key) ?? 'none');
    case 'has':
      return mixed(sum, String(cells.get(op.key) !== undefined));
    case 'set':
      cells.set(op.key, mixed(sum, spec.id));
      return sum;
    case 'delete':
      cells.delete(op.key);
      return sum;
    case 'entries':
      return mixed(sum, JSON.stringify(cells.entries()));
    case 'keys':
      return mixed(sum, JSON.stringify(cells.keys()));
    case 'size':
      return mixed(sum, cells.size());
    case 'effect':
      cells.effect(`${spec.id}:${sum}`);
      return sum;
    case 'pause':
      return sum;
  }
}

/** What a work writes and sends when it runs alone on a state. Changes the state. */
export function serially(spec: Spec, state: Map<string, number>): { readonly effects: readonly string[] } {
  const effects: string[] = [];
  // A transaction's writes are a net effect: an update keeps the key's place even when the key was deleted on the way.
  const after = new Map<string, number | undefined>(state);
  const present = () => [...after].filter((entry): entry is [string, number] => entry[1] !== undefined);
  const cells: Cells = {
    get: (key) => after.get(key),
    entries: present,
    keys: () => present().map(([key]) => key),
    size: () => present().length,
    set: (key, value) => after.set(key, value),
    delete: (key) => after.set(key, undefined),
    effect: (text) => effects.push(text),
  };
  let sum = 0;
  for (const op of spec.ops) sum = step(spec, op, cells, sum);
  state.clear();
  for (const [key, value] of present()) state.set(key, value);
  return { effects };
}
