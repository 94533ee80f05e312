import type { LinkState } from '#core/ports/broker';

/** The connection before the adapter has said anything. */
export const NO_LINK: LinkState = {
  connections: [],
  ready: false,
  epoch: -1,
  upstream: 'unknown',
  upstreamSince: 0,
  farms: [],
  accounts: [],
  messageRate: 0,
  messageLimit: 0,
  problem: { code: 'not-started', text: 'The connection to TWS has not been started.' },
};
