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
