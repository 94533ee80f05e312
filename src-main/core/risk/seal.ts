/**
 * The seal of the risk room. Only files of this folder may import it (a wall test holds that); whatever is not in this set was
 * not approved, whatever its type says.
 */
const sealed = new WeakSet();

export function seal<T extends object>(value: T): T {
  sealed.add(value);
  return value;
}

export function isSealed(value: object): boolean {
  return sealed.has(value);
}
