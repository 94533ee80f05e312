import { expect, test } from 'vitest';
import { LinkLamps } from '#tws/link/link-state';

const FARM: Readonly<Record<number, string>> = {
  2104: 'Market data farm connection is OK:usfarm',
  2106: 'HMDS data farm connection is OK:ushmds',
  2158: 'Sec-def data farm connection is OK:secdefil',
};

test.each([2104, 2106, 2158])('%i after 1100: a farm that answers does not end the outage, only 1101 and 1102 do', (code) => {
  const lamps = new LinkLamps();
  lamps.notice(0, 1100, 'Connectivity between IB and TWS has been lost.', 1);
  lamps.notice(0, code, FARM[code] ?? '', 2);
  expect([lamps.upstream, lamps.upstreamSince]).toEqual(['down', 1]);
  lamps.notice(0, 1102, 'Connectivity has been restored', 3);
  expect([lamps.upstream, lamps.upstreamSince]).toEqual(['up', 3]);
});

test.each([
  [2104, 'Market data farm connection is OK:usfarm', 'up'],
  [2103, 'Market data farm connection is broken:usfarm', 'down'],
  [2108, 'Market data farm connection is inactive but should be available upon demand.usfarm', 'down'],
  [2119, 'Market data farm is connecting:usfarm', 'down'],
] as const)('2110, then %i: TWS without its server is down until a farm really answers', (code, text, upstream) => {
  const lamps = new LinkLamps();
  lamps.notice(0, 2110, 'Connectivity between TWS and server is broken. It will be restored automatically.', 1);
  expect(lamps.upstream).toBe('down');
  lamps.notice(0, code, text, 2);
  expect(lamps.upstream).toBe(upstream);
});
