import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '#system/logger';
import { DeskLog } from '../../../src-main/app/desk-log.ts';
import { FaultyFiles } from '../../support/journal/faulty-files.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

function opened(maxBytes?: number) {
  const folder = temporaryDirectory();
  const files = new FaultyFiles();
  const waiting: (() => void)[] = [];
  const log = new DeskLog(folder, { files, later: (act) => waiting.push(act), ...(maxBytes === undefined ? {} : { maxBytes }) });
  const read = (name = 'desk.log'): string => readFileSync(join(folder, name), 'utf8');
  return { folder, files, waiting, log, read };
}

test('lines gather into one write, and a second run goes on behind them', () => {
  const { folder, waiting, log, read } = opened();
  const logger = createLogger({ to: log });
  logger.info('one');
  logger.warn('two');
  expect([waiting.length, existsSync(join(folder, 'desk.log'))]).toEqual([1, false]);
  waiting[0]?.();
  expect(read().trimEnd().split('\n').length).toBe(2);
  log.close();
  const next = new DeskLog(folder);
  createLogger({ to: next }).error('three');
  next.flushSync();
  expect(
    read()
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly msg: string }).msg),
  ).toEqual(['one', 'two', 'three']);
  expect((statSync(join(folder, 'desk.log')).mode & 0o777).toString(8)).toBe(process.platform === 'win32' ? '666' : '600');
});

test('what comes after a write gathers for the next one', () => {
  const { waiting, log, read } = opened();
  log.write('one\n');
  waiting[0]?.();
  log.write('two\n');
  expect([waiting.length, read()]).toEqual([2, 'one\n']);
  waiting[1]?.();
  expect(read()).toBe('one\ntwo\n');
});

test('a burst does not wait for its time, and is not held in memory', () => {
  const { waiting, log, read } = opened();
  const line = `${'x'.repeat(70_000)}\n`;
  log.write(line);
  expect([waiting.length, read() === line]).toEqual([0, true]);
});

test('a line of more bytes than characters is not written over', () => {
  const { log, read } = opened();
  for (const line of ['Größe 100 €\n', 'next\n']) {
    log.write(line);
    log.flushSync();
  }
  expect(read()).toBe('Größe 100 €\nnext\n');
});

test('a full log is turned over: five files stay, the newest lines in the first', () => {
  const { folder, log, read } = opened(10);
  for (let line = 1; line <= 9; line += 1) {
    log.write(`line ${String(line)} .....\n`);
    log.flushSync();
  }
  expect(readdirSync(folder).sort()).toEqual(['desk.log', 'desk.log.1', 'desk.log.2', 'desk.log.3', 'desk.log.4']);
  expect([read(), read('desk.log.1'), read('desk.log.4')]).toEqual(['line 9 .....\n', 'line 8 .....\n', 'line 5 .....\n']);
});

test('a disk that takes nothing holds nothing up, and the log goes on when it takes again', () => {
  const { files, log, read } = opened();
  log.write('a\n');
  log.flushSync();
  files.writeFault = 'ENOSPC';
  log.write('b\n');
  log.flushSync();
  expect(files.openFiles).toBe(0);
  files.writeFault = undefined;
  log.write('c\n');
  log.flushSync();
  expect(read()).toBe('a\nc\n');
});

test.skipIf(process.platform === 'win32')('a link in the place of the log is not written through', () => {
  const { folder, log } = opened();
  writeFileSync(join(folder, 'outside'), 'mine');
  symlinkSync(join(folder, 'outside'), join(folder, 'desk.log'));
  log.write('a\n');
  log.flushSync();
  expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('mine');
});
