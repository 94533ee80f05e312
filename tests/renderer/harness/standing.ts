import type { KillReport } from '#protocol/kill-report';
import type { StatusValue } from '#protocol/topics';

/** Alarms that stand until what they are about is over. */
export const STANDING: StatusValue['standing'] = [
  {
    code: 'login-required',
    tone: 'critical',
    title: 'LOGIN REQUIRED:',
    text: 'no connection to TWS for 5 min. Log in to TWS or IB Gateway, with the second factor; once a week, on Sunday, IB asks for it anew.',
  },
  {
    code: 'reducing',
    tone: 'amber',
    title: 'REDUCING: only orders that lower exposure leave.',
    text: '200 IBM are held or on the way, above the limit of 100 (C-12).',
  },
];

/** What waits for the operator's word before the desk can be started. */
export const HOLDS: StatusValue['holds'] = [
  { code: 'journal', text: 'The journal does not verify: Line 812 of commits-000003-20260105.ndjson does not follow the line before it.' },
  { code: 'account', text: 'This is account DU7654321; the last run traded on DU1234567.' },
];

/** A latch that only counts as set. */
export function doubtReport(at: number): KillReport {
  const reason = 'the journal ends with the kill switch set (EMERGENCY), and kill-latch.json says that it is not set';
  const nothing = { purged: 0, cancelsSent: 0, cancelsUnsent: 0, cancelled: 0, residuals: [], kept: [], positions: [] } as const;
  const times = { startedAt: at - 4_000, startedTime: at - 4_000, verifiedAt: null, verifiedTime: null };
  return { id: 12, ...times, scope: 'own', exits: 'keep', by: 'a doubt', reason, phase: 'doubt', ...nothing };
}
