import { createHash } from 'node:crypto';

/**
 * Text of the broker as the desk keeps it. Whatever TWS says (a symbol, a reference of another program, a sentence) may carry escape
 * sequences, direction marks, invisible characters or megabytes. It is made plain once, before any translation sees it.
 */

/** Longest text of each field, in UTF-16 units, by the names of the library. A field without a name of its own is `text`. */
const CAPS = {
  symbol: 64,
  localSymbol: 64,
  tradingClass: 64,
  secType: 16,
  exchange: 64,
  primaryExch: 64,
  currency: 16,
  lastTradeDateOrContractMonth: 64,
  right: 16,
  account: 64,
  acctNumber: 64,
  accounts: 65_536,
  orderRef: 128,
  execId: 64,
  ocaGroup: 128,
  action: 16,
  side: 16,
  orderType: 32,
  tif: 32,
  goodTillDate: 64,
  status: 64,
  completedStatus: 200,
  whyHeld: 64,
  time: 64,
  key: 64,
  value: 128,
  longName: 200,
  timeZoneId: 64,
  tradingHours: 8_192,
  liquidHours: 8_192,
  /** A figure that is none, as it is shown and counted. */
  figure: 64,
  /** Sentences of IB. */
  notice: 500,
  /** A frame in the journal or in a bug report, account ids masked. */
  frame: 8_192,
  text: 500,
} as const;

export type TextField = keyof typeof CAPS;

/** Two of these that differ at the broker differ here, and one that had to be changed is never one that the desk or IB would write. */
const IDENTITIES: ReadonlySet<TextField> = new Set<TextField>(['account', 'acctNumber', 'orderRef', 'execId', 'ocaGroup']);

const PLAIN = /^[\x20-\x7E]*$/;
const CONTROL_SEQUENCE =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|\u001B[\]PX^_][^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]*[0-~]?/gu;
const LINE_OR_SPACE = /[\t\n\v\f\r\u0085\p{Z}]/gu;
/** Controls, formats (direction, joiners), lone surrogates, private and unassigned ones, whatever is drawn as nothing; and the mark itself. */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800\uFFFD]+/gu;
const MARK = '\uFFFD';
const CUT = '…';
const DIGEST = 8;
/** More than any cap is never looked at, however long a text is: a character may take two units. */
const LOOKED_AT = 2;

export function isTextField(name: string): name is TextField {
  return Object.hasOwn(CAPS, name);
}

/**
 * The text without anything that a screen, a terminal or a file could take for something else, and no longer than its field may be. What
 * was no printable character is one `�`, what was cut ends in `…`; both can never leave for TWS. An identity that was changed carries
 * eight digits of the hash of what it was.
 */
export function brokerText(field: TextField, text: string): string {
  const cap = CAPS[field];
  if (text.length <= cap && PLAIN.test(text)) return text;
  if (field === 'accounts') return accountList(text);
  const looked = text.length > cap * LOOKED_AT ? text.slice(0, cap * LOOKED_AT) : text;
  const clean = printable(looked, MARK);
  const changed = clean !== text || clean.length > cap;
  if (!changed) return text;
  if (!IDENTITIES.has(field)) return cutTo(cap, clean);
  return `${cutTo(cap - DIGEST - 1, clean.includes(MARK) ? clean : clean + CUT)}${digestOf(text)}`;
}

/** A field of the wire that is longer than it may be: its beginning, and digits by which two such fields differ. */
export function cutField(cap: number, text: string): string {
  return text.length <= cap ? text : cutTo(cap - DIGEST - 1, text) + digestOf(text);
}

function digestOf(text: string): string {
  return `#${createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, DIGEST)}`;
}

/** A sentence of IB for the operator: what is not printable is left out, spaces and line ends count as one space. */
export function brokerSentence(text: string): string {
  const cap = CAPS.notice;
  const looked = text.length > cap * LOOKED_AT ? text.slice(0, cap * LOOKED_AT) : text;
  return cutTo(cap, printable(looked, ' ').replace(/ {2,}/g, ' ').trim());
}

function printable(text: string, mark: string): string {
  return PLAIN.test(text) ? text : text.replace(CONTROL_SEQUENCE, mark).replace(LINE_OR_SPACE, ' ').replace(UNSEEN, mark);
}

/** Never in the middle of a character of two units. */
function cutTo(cap: number, text: string): string {
  if (text.length <= cap) return text;
  const kept = text.slice(0, cap - 1);
  const last = kept.charCodeAt(kept.length - 1);
  return (last >= 0xd800 && last <= 0xdbff ? kept.slice(0, -1) : kept) + CUT;
}

/** managedAccounts is one field of many identities. */
function accountList(text: string): string {
  const whole = text.length > CAPS.accounts ? text.slice(0, text.lastIndexOf(',', CAPS.accounts)) : text;
  return whole
    .split(',')
    .map((account) => brokerText('account', account.trim()))
    .join(',');
}
