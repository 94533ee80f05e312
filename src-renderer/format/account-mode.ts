export type AccountMode = 'none' | 'paper' | 'live';

/** What the screen says an account is; both come from the desk's status and are unknown until it has spoken. */
export function accountMode(account: string | null | undefined, paper: boolean | null | undefined): AccountMode {
  if (account === null || account === undefined) return 'none';
  // An account nobody has called paper is treated as live.
  return paper === true ? 'paper' : 'live';
}
