/**
 * What an account id of IB looks like in a text: U of a person or a company, F of an advisor, I of an introducing broker, each with D in front
 * where it is paper; newer ones have one more letter (DUM123456), and a letter behind names all accounts of an advisor (DF1234567A). Lower case
 * is how people type them. A JSON escape before one is no part of it. References of this desk may look like one and are none.
 */
const FREE = String.raw`(?:(?<=\\[bfnrt]|\\u[0-9A-Fa-f]{4})|(?<![A-Za-z0-9]))(?<!TD1-)`;
const KNOWN = new RegExp(String.raw`${FREE}(?:D?[UFI][A-Z]?)\d{5,10}[A-Z]?(?![A-Za-z0-9])`, 'gi');
/** Wider than what is known, for what leaves this computer: letters and digits that might be one. */
const POSSIBLE = new RegExp(String.raw`${FREE}([A-Z]{1,3})\d{3,8}(\d{2})([A-Z]?)(?![A-Za-z0-9])`, 'g');
const PARTS = /^([A-Z]+)\d+(\d{2})([A-Z]?)$/i;

/** Each account id that the text names becomes what `nameOf` says of it; it is given in capitals. */
export function replaceAccounts(text: string, nameOf: (account: string) => string): string {
  return text.replace(KNOWN, (account) => nameOf(account.toUpperCase()));
}

/** Account ids never reach a frame that is kept or an export: `DU1234567` → `DU*****67`. */
export function maskAccounts(text: string): string {
  return text.replace(KNOWN, (account) => account.replace(PARTS, '$1*****$2$3')).replace(POSSIBLE, '$1*****$2$3');
}
