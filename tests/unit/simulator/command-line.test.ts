import { describe, expect, test } from 'vitest';
import { readCommandLine } from '#simulator/command-line';

describe('the command line', () => {
  test('without words: an invented market on 4002', () => {
    expect(readCommandLine([])).toEqual({
      ok: true,
      value: {
        kind: 'run',
        options: {
          port: 4002,
          speed: 1,
          seed: 1,
          cash: 1_000_000,
          account: 'DU1234567',
          sessions: 'enforced',
          serverVersion: 193,
          market: { kind: 'synthetic' },
        },
      },
    });
  });

  test('tapes with and without a symbol, a speed, a seed, an account', () => {
    const words =
      '--port 7497 --tape a/ticks-IBM-x.csv.gz --tape BAC=b=c.csv --loop --speed max --seed 9 --account DU42 --cash 5 --server-version 178 --all-hours --master 0'.split(
        ' ',
      );
    expect(readCommandLine(words)).toEqual({
      ok: true,
      value: {
        kind: 'run',
        options: {
          port: 7497,
          speed: 'max',
          seed: 9,
          cash: 5,
          account: 'DU42',
          sessions: 'ignored',
          masterClientId: 0,
          serverVersion: 178,
          market: { kind: 'tapes', tapes: [{ path: 'a/ticks-IBM-x.csv.gz' }, { symbol: 'BAC', path: 'b=c.csv' }], loop: true },
        },
      },
    });
  });

  test.each([
    ['--port 70000', '--port 70000 is not a port; give a number from 0 to 65535.'],
    ['--port=-1', '--port -1 is not a port; give a number from 0 to 65535.'],
    ['--speed 0', '--speed 0 is not a speed; give a whole number from 1 to 1000, or max.'],
    ['--speed 2000', '--speed 2000 is not a speed; give a whole number from 1 to 1000, or max.'],
    ['--seed x', '--seed x is not a seed; give a whole number from 0 to 4294967295.'],
    ['--cash 0', '--cash 0 is not an amount; give whole dollars up to 1000000000.'],
    ['--master me', '--master me is not a client id; give a whole number.'],
    ['--server-version 201', '--server-version 201 is not a version; give a whole number from 177 to 193.'],
    ['--account U1234567', '--account U1234567 is not a paper account; it looks like DU1234567.'],
    ['--synthetic --tape x', 'Give --synthetic or --tape, not both.'],
    ['--nonsense', "Unknown option '--nonsense'. Try --help."],
  ])('%s is answered with one sentence', (words, sentence) => {
    expect(readCommandLine(words.split(' '))).toEqual({ ok: false, error: sentence });
  });

  test('a ledger file', () => {
    expect(readCommandLine(['--ledger', 'a/ledger.jsonl'])).toMatchObject({
      ok: true,
      value: { options: { ledgerFile: 'a/ledger.jsonl' } },
    });
  });

  test('--help', () => {
    expect(readCommandLine(['--help', '--port', 'x'])).toEqual({ ok: true, value: { kind: 'help' } });
  });
});
