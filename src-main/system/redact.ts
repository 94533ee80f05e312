/** IB account ids: U1234567, DU…, DF…, F…; also inside a longer text. */
const ACCOUNT = /(?<![A-Za-z0-9])(?:DU|DF|U|F)\d{5,10}(?![A-Za-z0-9])/g;
const TOKEN = /(\btoken=|\bdesk\.|"desk-session" content=\\?")[A-Za-z0-9_-]{16,}/g;
const BEARER = /\bBearer\s+[A-Za-z0-9._~+/-]{16,}=*/gi;

/**
 * Takes account ids and tokens out of text. The same account becomes the same `acct#1` as long as this function lives, so that a log
 * can still be followed.
 */
export function createRedactor(): (text: string) => string {
  const names = new Map<string, string>();
  const nameOf = (account: string): string => {
    let name = names.get(account);
    if (name === undefined) {
      name = `acct#${names.size + 1}`;
      names.set(account, name);
    }
    return name;
  };
  return (text) => text.replace(ACCOUNT, nameOf).replace(TOKEN, '$1[hidden]').replace(BEARER, 'Bearer [hidden]');
}
