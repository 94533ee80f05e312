import { expect, test } from 'vitest';
import { ok } from '#domain/result';
import { CoreConsole } from '../support/core/console.ts';
import { CoreDesk } from '../support/core/desk.ts';

function consoleKeeping(kept: { name?: string; text?: string }): CoreConsole {
  return new CoreConsole(new CoreDesk(), {
    keep: (name, text) => {
      Object.assign(kept, { name, text });
      return ok(`/exports/${name}.csv`);
    },
    export: () => Promise.resolve(ok({ path: '', rows: 0 })),
    history: () => Promise.resolve(ok({ messages: [], complete: true })),
  });
}

test('a line says whether the operator did it: a pause of theirs is their own, one of the desk is not', async () => {
  const made = consoleKeeping({});
  made.desk.started();
  await made.call('engine.pause', {});
  await made.call('engine.resume', {});
  made.desk.disconnect();
  const pauses = made.table('log').filter(({ text }) => text.startsWith('Paused by'));
  expect(pauses.map(({ level, own }) => [level, own])).toEqual([
    ['warning', true],
    ['warning', false],
  ]);
});

test('a line carries the symbol, the watcher and the order that it is about', () => {
  const made = consoleKeeping({});
  const { entry } = made.desk.fired();
  made.desk.fills(entry, 100, 180.02);
  const [fired] = made.table('log').filter(({ text }) => text.includes('fired'));
  const [filled] = made.table('log').filter(({ text }) => text.startsWith('Filled'));
  expect(fired).toMatchObject({ symbol: 'IBM', watcher: 'IBM-1', order: null });
  expect(filled).toMatchObject({ symbol: 'IBM', watcher: 'IBM-1', order: entry });
});

test('alarms are acknowledged together, and those that nobody named stay open', async () => {
  const made = consoleKeeping({});
  made.desk.core.start();
  for (const text of ['one', 'two', 'three']) made.desk.core.commands.log('alarm', text);
  const ids = made.table('log').map(({ id }) => id);
  expect(await made.call('log.acknowledge', { ids: ids.slice(0, 2) })).toMatchObject({ ok: true });
  expect(made.table('log').map(({ acknowledged }) => acknowledged)).toEqual([true, true, false]);
  expect(await made.call('log.acknowledge', { ids: [9_999] })).toMatchObject({ ok: false, error: { code: 'not-found' } });
});

test('the lines that are shown are exported as CSV in which no text is a formula', async () => {
  const kept: { name?: string; text?: string } = {};
  const made = consoleKeeping(kept);
  made.desk.core.start();
  made.desk.core.onServerTime(Date.UTC(2013, 9, 8, 14, 30) / 1_000, 0);
  for (const text of ['plain', '=cmd()', 'IBM;＝1+1']) made.desk.core.commands.log('warning', text);
  const lines = made.table('log').filter(({ level, text }) => level === 'warning' && text !== '=cmd()');
  const done = await made.call('log.export', { ids: lines.map(({ id }) => id) });
  expect(done).toMatchObject({ ok: true, value: { path: '/exports/log.csv', rows: lines.length } });
  const rows = (kept.text ?? '').split('\r\n');
  expect(rows[0]).toBe('time,level,own,text,detail,symbol,watcher,order,seq,acknowledged');
  expect(rows).toContainEqual(expect.stringMatching(/^2013-10-08T14:30:\d\d\.\d{3}Z,warning,no,plain,/));
  expect(kept.text).toContain(`"IBM;'＝1+1"`);
  expect(kept.text).not.toContain('cmd()');
});
