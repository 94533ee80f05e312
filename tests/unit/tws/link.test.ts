import { expect, test } from 'vitest';
import { LinkLamps } from '#tws/link/link-state';
import { checkOptions } from '#tws/tws-options';

const CODES = [
  [2103, 'market', 'broken'],
  [2104, 'market', 'ok'],
  [2105, 'history', 'broken'],
  [2106, 'history', 'ok'],
  [2107, 'history', 'idle'],
  [2108, 'market', 'idle'],
  [2119, 'market', 'connecting'],
  [2157, 'secdef', 'broken'],
  [2158, 'secdef', 'ok'],
] as const;

test.each(CODES)('%i is about a farm of %s data that is %s, and about no other of the same name', (code, kind, state) => {
  const lamps = new LinkLamps();
  // Every kind of farm has one of this name; what is said of one says nothing of the others.
  const before = { market: 2103, history: 2105, secdef: 2157 };
  for (const broken of Object.values(before)) lamps.notice(1, broken, 'A farm is broken:one', 1);
  lamps.notice(1, code, 'A farm says something:one', 2);
  expect(lamps.farms.map((farm) => [farm.kind, farm.state])).toEqual(
    Object.keys(before).map((each) => [each, each === kind ? state : 'broken']),
  );
});

test.each([1100, 2110])('after %i one connection that knows better does not bring IB back for all', (code) => {
  const lamps = new LinkLamps();
  for (const client of [0, 1, 2]) lamps.notice(client, code, 'lost', 1);
  lamps.notice(1, 1102, 'restored', 2);
  expect(lamps.upstream).toBe('down');
  for (const client of [0, 2]) lamps.notice(client, 1102, 'restored', 3);
  expect(lamps.upstream).toBe('up');
});

test.each([
  'localhost.example.org',
  '127.0.0.1.example.org',
  '127.0.0.1:80@example.org',
  'xlocalhost',
  '127.0.0',
  '1127.0.0.1',
  '0.0.0.0',
  '::11',
])('the host %s is not this computer', (host) => {
  expect(checkOptions({ host, port: 7497, allowLive: false }).ok).toBe(false);
  expect(checkOptions({ host, port: 7497, allowLive: false, allowRemoteHost: true }).ok).toBe(true);
});

test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('the host %s is', (host) => {
  expect(checkOptions({ host, port: 7497, allowLive: false }).ok).toBe(true);
});
