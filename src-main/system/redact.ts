import { replaceAccounts } from '#domain/account-text';

const TOKEN = /(\btoken=|\bdesk\.|"desk-session" content=\\?")[A-Za-z0-9_-]{16,}/g;
const BEARER = /\bBearer\s+[A-Za-z0-9._~+/-]{16,}=*/gi;
/** A shorter word would be found in too much. */
const SHORTEST = 4;

export interface Redactor {
  (text: string): string;
  /** TWS has named these accounts: they are hidden whatever they look like. */
  readonly know: (accounts: readonly string[]) => void;
}

/**
 * Takes account ids and tokens out of text. The same account becomes the same `acct#1` as long as this function lives, so that a log
 * can still be followed.
 */
export function createRedactor(): Redactor {
  const names = new Map<string, string>();
  const words = new Set<string>();
  let told: RegExp | undefined;
  const nameOf = (account: string): string => {
    let name = names.get(account);
    if (name === undefined) {
      name = `acct#${names.size + 1}`;
      names.set(account, name);
    }
    return name;
  };
  const redact = (text: string): string => {
    const known = replaceAccounts(text, nameOf);
    return (told === undefined ? known : known.replace(told, (account) => nameOf(account.toUpperCase())))
      .replace(TOKEN, '$1[hidden]')
      .replace(BEARER, 'Bearer [hidden]');
  };
  const know = (accounts: readonly string[]): void => {
    for (const account of accounts) if (account.length >= SHORTEST) words.add(literal(account));
    // Longer ones first: one account may be the beginning of another.
    if (words.size > 0) told = new RegExp([...words].toSorted((a, b) => b.length - a.length).join('|'), 'gi');
  };
  return Object.assign(redact, { know });
}

/** In a finished JSON line a quote or a backslash stands behind another backslash. */
function literal(account: string): string {
  return JSON.stringify(account)
    .slice(1, -1)
    .replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
