/** Anything else could carry a NUL into the frame and so add fields to an order (rule G-9). */
const PRINTABLE = /^[\x20-\x7E]*$/;

export function isWireSafe(text: string): boolean {
  return PRINTABLE.test(text);
}

/** The message of whatever was thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
