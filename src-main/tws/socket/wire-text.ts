/** Anything else could carry a NUL into the frame and so add fields to an order (rule G-9). */
const PRINTABLE = /^[\x20-\x7E]*$/;

export function isWireSafe(text: string): boolean {
  return PRINTABLE.test(text);
}

/** Text of the broker for the operator: printable characters only (no controls, no direction marks), at most `max` of them. */
export function sanitise(text: string, max = 500): string {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return clean.length > max ? `${clean.slice(0, max - 1)}…` : clean;
}

/** Account ids never reach a log or an export: `DU1234567` → `DU*****67`. */
export function maskAccounts(text: string): string {
  return text.replace(/\b([A-Z]{1,3})\d{3,8}(\d{2})\b/g, '$1*****$2');
}

/** The message of whatever was thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
