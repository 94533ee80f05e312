/** A bug in the caller: the value cannot be written to the journal and read back as the same value. */
export class UnjournalableValue extends Error {
  override readonly name = 'UnjournalableValue';
  readonly code = 'UNJOURNALABLE_VALUE';
}

/**
 * The JSON text of plain data. Throws UnjournalableValue for anything that JSON would lose or change; members that are undefined are
 * left out, as JSON leaves them out. The text keeps the order in which the members were made: so does the journal, whose line holds this
 * very text, and a replay therefore makes the same text again.
 */
export function plainText(value: unknown): string {
  check(value);
  return JSON.stringify(value);
}

/** plainText, and the value frozen all the way down: a later change in place throws where it happens. */
export function frozenText(value: unknown): string {
  freeze(value);
  return JSON.stringify(value);
}

function check(value: unknown): void {
  if (!isComposite(value)) return;
  if (Array.isArray(value)) for (const item of value) check(item);
  else for (const name in value) checkMember((value as Readonly<Record<string, unknown>>)[name], check);
}

function freeze(value: unknown): void {
  if (!isComposite(value)) return;
  if (Array.isArray(value)) for (const item of value) freeze(item);
  else for (const name in value) checkMember((value as Readonly<Record<string, unknown>>)[name], freeze);
  Object.freeze(value);
}

function checkMember(member: unknown, visit: (value: unknown) => void): void {
  if (member !== undefined && typeof member !== 'string') visit(member);
}

/** Whether there is something inside to look at. Throws for what cannot be kept. */
function isComposite(value: unknown): value is object {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return false;
    case 'number':
      if (!Number.isFinite(value)) throw new UnjournalableValue(`${value} cannot be kept in a store: JSON has no such number`);
      return false;
    case 'object': {
      if (value === null) return false;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (Array.isArray(value) || prototype === Object.prototype || prototype === null) {
        if (typeof (value as { readonly toJSON?: unknown }).toJSON !== 'function') return true;
        throw new UnjournalableValue('A value with toJSON cannot be kept in a store: it would be read back as something else');
      }
      throw new UnjournalableValue(`A ${value.constructor.name} cannot be kept in a store: values are plain JSON data`);
    }
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      throw new UnjournalableValue(`A value of type ${typeof value} cannot be kept in a store`);
  }
}
