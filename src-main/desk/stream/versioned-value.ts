import type { ValuePatch, ValueSnapshot } from '#protocol/stream';
import type { ValueName } from '#protocol/topics';
import { jsonSize } from './json-size.ts';
import { sameValue } from './same-value.ts';
import type { Encoded, TopicSource } from './topic-source.ts';

interface Field {
  value: unknown;
  changed: number;
}

export class VersionedValue implements TopicSource {
  readonly #topic: ValueName;
  readonly #fields = new Map<string, Field>();
  #version = 0;

  constructor(topic: ValueName) {
    this.#topic = topic;
  }

  get version(): number {
    return this.#version;
  }

  /** Fields that are not named keep their value. Equal content is no change, whatever object carries it. */
  set(fields: object): void {
    const next = this.#version + 1;
    for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
      const field = this.#fields.get(name);
      if (field !== undefined && sameValue(field.value, value)) continue;
      this.#fields.set(name, { value, changed: next });
      this.#version = next;
    }
  }

  snapshot(): Encoded | null {
    if (this.#version === 0) return null;
    const update: ValueSnapshot = { kind: 'value', topic: this.#topic, seq: this.#version, value: this.#newerThan(0) };
    return { update, bytes: jsonSize(update) };
  }

  since(version: number): Encoded {
    const update: ValuePatch = {
      kind: 'value-patch',
      topic: this.#topic,
      fromSeq: version,
      seq: this.#version,
      set: this.#newerThan(version),
    };
    return { update, bytes: jsonSize(update) };
  }

  trim(): void {
    // Nothing is kept for those who are behind.
  }

  #newerThan(version: number): Readonly<Record<string, unknown>> {
    const fields: Record<string, unknown> = {};
    for (const [name, field] of this.#fields) if (field.changed > version) fields[name] = field.value;
    return fields;
  }
}
