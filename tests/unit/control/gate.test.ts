import { expect, test } from 'vitest';
import { allowedHosts, judge, type Knock } from '#control/gate';

const HOSTS = allowedHosts(4_000);

function knock(headers: Knock['headers'], upgrade = true): number {
  const asked: Knock = { method: 'GET', url: '/stream', headers: { host: '127.0.0.1:4000', ...headers }, hosts: 1, upgrade };
  return judge(asked, HOSTS)?.status ?? 200;
}

test.each([
  ['http://127.0.0.1:4000', 200],
  ['http://localhost:4000', 200],
  ['http://127.0.0.1:40001', 403],
  ['http://127.0.0.1:4000.evil.example', 403],
  ['http://localhost:4000@evil.example', 403],
  ['http://evil.localhost:4000', 403],
  ['http://evil127.0.0.1:4000', 403],
  ['https://127.0.0.1:4000', 403],
  ['http://127.0.0.1', 403],
  ['http://127.0.0.1:400', 403],
  ['HTTP://127.0.0.1:4000', 403],
  ['null', 403],
  ['', 403],
])('an Origin is compared whole: a socket for %s is answered with %i', (origin, status) => {
  expect(knock({ origin })).toBe(status);
  expect(knock({ origin }, false)).toBe(status);
});

test.each([
  ['127.0.0.1:4000', 200],
  ['127.0.0.1:40001', 421],
  ['127.0.0.1:4000.evil.example', 421],
  ['localhost:4000evil', 421],
  ['evil.localhost:4000', 421],
  ['', 421],
])('so is the Host: %s is answered with %i', (host, status) => {
  expect(knock({ host, origin: 'http://127.0.0.1:4000' })).toBe(status);
});
