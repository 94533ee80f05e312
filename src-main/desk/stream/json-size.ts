/** About how many bytes `value` is as JSON, without writing it. Strings count one byte a character. */
export function jsonSize(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2;
    case 'number':
      return digits(value);
    case 'boolean':
      return 5;
    case 'object':
      break;
    default:
      return 0;
  }
  if (value === null) return 4;
  let size = 2;
  if (value instanceof Float64Array) {
    for (const figure of value) size += digits(figure) + 1;
    return size;
  }
  if (Array.isArray(value)) {
    for (const item of value) size += jsonSize(item) + 1;
    return size;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields)) size += key.length + 4 + jsonSize(fields[key]);
  return size;
}

function digits(n: number): number {
  const size = Math.abs(n);
  if (size < 1e3) return 3;
  if (size < 1e6) return 6;
  return size < 1e9 ? 9 : 13;
}
