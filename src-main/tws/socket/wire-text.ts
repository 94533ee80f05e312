/** Anything else could carry a NUL into the frame and so add fields to an order (rule G-9). */
const PRINTABLE = /^[\x20-\x7E]*$/;

export function isWireSafe(text: string): boolean {
  return PRINTABLE.test(text);
}

/** Account ids never reach a log or an export: `DU1234567` → `DU*****67`. */
export function maskAccounts(text: string): string {
  return text.replace(/\b([A-Z]{1,3})\d{3,8}(\d{2})\b/g, '$1*****$2');
}

/** The message of whatever was thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
