import { expect, test } from 'vitest';
import { createLogger } from '#system/logger';
import { createRedactor } from '#system/redact';
import { createResourceMonitor } from '#system/resource-monitor';

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
