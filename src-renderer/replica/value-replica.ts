import type { ValuePatch, ValueSnapshot } from '#protocol/stream';
import { Listeners } from './listeners.ts';
import { sameValue } from './same-value.ts';
import type { Applied } from './table-replica.ts';

/** A read-only copy of one object. Fields that did not change keep their identity, so a component that reads one field rests. */
export class ValueReplica<V extends object> {
  #value: V | undefined;
  #seq: number | null = null;
  #changed = false;
  readonly #listeners = new Listeners();

  get seq(): number | null {
    return this.#seq;
  }

  get value(): V | undefined {
    return this.#value;
  }

  apply(update: ValueSnapshot | ValuePatch): Applied {
    if (update.kind === 'value') {
      this.#merge(update.value, true);
      this.#seq = update.seq;
      return 'applied';
    }
    if (this.#seq === null || update.fromSeq !== this.#seq) return 'gap';
    this.#merge(update.set, false);
    this.#seq = update.seq;
    return 'applied';
  }

  publish(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#listeners.call();
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  #merge(fields: Readonly<Record<string, unknown>>, whole: boolean): void {
    const old = (this.#value ?? {}) as Record<string, unknown>;
    const next: Record<string, unknown> = whole ? {} : { ...old };
    let changed = this.#value === undefined;
    for (const [name, value] of Object.entries(fields)) {
      const keep = name in old && sameValue(old[name], value);
      next[name] = keep ? old[name] : value;
      changed ||= !keep;
    }
    if (whole) changed ||= Object.keys(old).some((name) => !(name in next));
    if (!changed) return;
    this.#value = next as V;
    this.#changed = true;
  }
}
