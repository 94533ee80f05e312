import { isPaperAccount, type AccountId } from '#domain/ids';

/** IB's defaults. Who changed the ports in TWS has said nothing by them, so other ports are never compared. */
const DEFAULTS: ReadonlyMap<number, { readonly program: string; readonly paper: boolean }> = new Map([
  [7497, { program: 'TWS', paper: true }],
  [7496, { program: 'TWS', paper: false }],
  [4002, { program: 'IB Gateway', paper: true }],
  [4001, { program: 'IB Gateway', paper: false }],
]);

/** C-18: the port says one thing and the account another; a sentence, undefined when they agree or the port says nothing. */
export function portMismatch(port: number, accounts: readonly AccountId[]): string | undefined {
  const said = DEFAULTS.get(port);
  if (said === undefined || accounts.length === 0) return undefined;
  const other = accounts.find((account) => isPaperAccount(account) !== said.paper);
  if (other === undefined) return undefined;
  const word = (paper: boolean): string => (paper ? 'paper' : 'live');
  return `Port ${String(port)} is the ${word(said.paper)} port of ${said.program} by IB's defaults, but the account there is a ${word(!said.paper)} account.`;
}
