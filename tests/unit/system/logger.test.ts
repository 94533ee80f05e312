import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskAccounts } from '#domain/account-text';
import { createLogger } from '#system/logger';
import { createRedactor } from '#system/redact';
import { createResourceMonitor } from '#system/resource-monitor';
import { holds } from '../../support/property.ts';

function lines(write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const out: string[] = [];
  write(createLogger({ to: { write: (line) => out.push(line) } }));
  return out
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('accounts become stable pseudonyms wherever they stand, tokens vanish', () => {
  const written = lines((log) => {
    log.info('connected to DU1234567', { accounts: ['DU1234567', 'U7654321'], deep: { note: 'from U7654321,' } });
    log.warn('bad request', { url: 'http://127.0.0.1:1/?token=abcdefghijklmnopqrstuvwxyz', protocol: 'desk.ABCDEFGHIJKLMNOPQRSTUVWX' });
    log.error('broken', { error: new Error('account DU1234567 refused') });
  });
  expect(written[0]).toMatchObject({
    level: 'info',
    msg: 'connected to acct#1',
    accounts: ['acct#1', 'acct#2'],
    deep: { note: 'from acct#2,' },
  });
  expect(written[1]).toMatchObject({ level: 'warn', url: 'http://127.0.0.1:1/?token=[hidden]', protocol: 'desk.[hidden]' });
  expect(written[2]).toMatchObject({ level: 'error', error: { type: 'Error', message: 'account acct#1 refused' } });
  expect(JSON.stringify(written)).not.toMatch(/\d{7}|abcdefgh|ABCDEFGH/);
});

/** Every kind of IB's account ids: live, advisor, introducing broker, their paper twins, the newer ones with a letter, all of an advisor. */
const accountId = fc
  .tuple(
    fc.constantFrom('U', 'F', 'I', 'DU', 'DF', 'DI', 'UM', 'DUM', 'DUH', 'DFA'),
    fc.integer({ min: 10_000, max: 9_999_999_999 }),
    fc.constantFrom('', '', 'A'),
    fc.boolean(),
  )
  .map(([kind, digits, behind, lower]) =>
    lower ? `${kind}${String(digits)}${behind}`.toLowerCase() : `${kind}${String(digits)}${behind}`,
  );

test('no account of any kind reaches the log or a mask, wherever it stands in a line', async () => {
  const beside = fc.constantFrom(
    '',
    ' ',
    '\n',
    '\t',
    '\r\n',
    '"',
    '\\',
    ',',
    '|',
    '_',
    '-',
    '(',
    '\u0000',
    '\u001b',
    'ü',
    '：',
    '.',
    '/',
    '=',
  );
  await holds(
    'accounts in a log',
    fc.property(accountId, beside, beside, (account, before, behind) => {
      const text = `to${before === '' ? ' ' : before}${account}${behind === '' ? ' ' : behind}x`;
      const written = JSON.stringify(lines((log) => log.warn(text, { [account]: { text }, error: new Error(text) })));
      const digits = account.replace(/\D/g, '');
      expect(written).not.toContain(digits);
      expect(maskAccounts(text)).not.toContain(digits);
    }),
  );
});

test('accounts that TWS has named are hidden whatever they look like, and known by one name', () => {
  const written: string[] = [];
  const log = createLogger({ to: { write: (line) => written.push(line) } });
  log.hide(['TRADER-7', 'TRADER-77', 'A"B+C', 'All']);
  log.info('TRADER-77 and TRADER-7 and trader-7', { quote: 'A"B+C', scope: 'All' });
  expect(JSON.parse(written[0]!)).toMatchObject({ quote: 'acct#1', msg: 'acct#2 and acct#3 and acct#3', scope: 'All' });
});

test('a reference of this desk stays readable in a log and in a frame', () => {
  expect([createRedactor()('TD1-DU123456-1-1-E'), maskAccounts('TD1-DU123456-1-1-E')]).toEqual([
    'TD1-DU123456-1-1-E',
    'TD1-DU123456-1-1-E',
  ]);
});

test('what only looks like an account is left alone', () => {
  const redact = createRedactor();
  const text = 'U12 FUTURES F1 TD1-DUMB1234-1-1-E SKU1234567 DU123456789012 permId 1234567';
  expect(redact(text)).toBe(text);
});

test('text from outside cannot forge a line or colour a terminal', () => {
  const written = lines((log) => log.info('order "a\r\n{"level":"error"}\u001b[31m"'));
  expect(written.length).toBe(1);
});

test('the monitor measures this process', () => {
  const monitor = createResourceMonitor();
  const sample = monitor.sample();
  monitor.close();
  expect(Object.keys(sample)).toEqual(['loopDelayP50', 'loopDelayP99', 'loopDelayMax', 'memoryMb', 'heapMb', 'cpuShare']);
  expect(Object.values(sample).every((figure) => Number.isFinite(figure) && figure >= 0)).toBe(true);
  expect(sample.memoryMb).toBeGreaterThan(sample.heapMb);
});
