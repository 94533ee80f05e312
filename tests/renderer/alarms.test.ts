import { describe, expect, test } from 'vitest';
import { orderKeyOf } from '#domain/ids';
import { lastFill, lastFire, isNews } from '../../src-renderer/panels/footer/last-event.ts';
import { alarmGroups, openAlarms } from '../../src-renderer/panels/log/alarm-groups.ts';
import { filteredLog, subjectsOf } from '../../src-renderer/panels/log/log-filter.ts';
import { closeToast, refused, toast, useView } from '../../src-renderer/view/view-store.ts';
import { fillRow, IBM, logRow } from './harness/fake-rows.ts';

const NOON = Date.UTC(2013, 9, 8, 16);

describe('alarms', () => {
  const stuck = { level: 'alarm', subject: { kind: 'order', key: 'TD1-A-1-1-E' } } as const;

  test('that say the same of the same thing are one, counted, and are acknowledged together', () => {
    const rows = [
      ...Array.from({ length: 12 }, (_, index) => logRow(index + 1, NOON + index * 1_000, 'could not leave', stuck)),
      logRow(20, NOON, 'could not leave', { ...stuck, subject: { kind: 'order', key: 'TD1-B-1-1-E' } }),
      logRow(21, NOON, 'could not leave', { ...stuck, acknowledged: true }),
    ];
    const groups = alarmGroups(rows);
    expect(groups.map(({ id, count, isOpen }) => [id, count, isOpen])).toEqual([
      [20, 1, true],
      [12, 12, true],
      [21, 1, false],
    ]);
    expect(groups[1]).toMatchObject({ since: NOON, ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] });
    expect(openAlarms(rows)).toBe(13);
  });

  test('are no warnings of what the operator did; an alarm stays one whoever caused it', () => {
    const rows = [
      logRow(1, NOON, 'Paused by you', { level: 'warning', own: true, acknowledged: true }),
      logRow(2, NOON, 'The connection was lost', { level: 'warning', acknowledged: true }),
      logRow(3, NOON, 'Cancel could not leave', { level: 'alarm', own: true }),
      logRow(4, NOON, 'armed by you'),
    ];
    expect(alarmGroups(rows).map(({ id }) => id)).toEqual([3, 2]);
    expect(filteredLog(rows, 'alarms', '').map(({ id }) => id)).toEqual([3, 2]);
  });
});

test('the log is filtered by symbol, watcher and order, by what the line is about and not by its words', () => {
  const order = orderKeyOf('TD1-A-1-1-E');
  const rows = [
    logRow(1, NOON, 'Filled 100', { symbol: 'IBM', watcher: 'IBM-1', order }),
    logRow(2, NOON, 'IBM was spoken of', {}),
    logRow(3, NOON, 'IBM-1 fired', { symbol: 'IBM', watcher: 'IBM-1' }),
    logRow(4, NOON, 'UNPROTECTED', { symbol: 'AIG' }),
  ];
  const ids = (about: string, word = ''): readonly number[] => filteredLog(rows, about, word).map(({ id }) => id);
  expect([ids('all'), ids('symbol:IBM'), ids('watcher:IBM-1'), ids(`order:${order}`), ids('symbol:IBM', 'FIRED')]).toEqual([
    [4, 3, 2, 1],
    [3, 1],
    [3, 1],
    [1],
    [3],
  ]);
  expect(ids('all', 'ibm')).toEqual([3, 2, 1]);
  expect(subjectsOf(rows)).toEqual({ symbols: ['AIG', 'IBM'], watchers: ['IBM-1'] });
});

describe('the status line', () => {
  test('tells the newest fill and the newest fire', () => {
    const bought = fillRow('e1', IBM, { side: 'BUY', count: 100, value: 180.02 }, NOON);
    const sold = fillRow('e2', IBM, { side: 'SELL', count: 40, value: 181 }, NOON);
    expect(lastFill([bought, sold])).toMatchObject({ kind: 'fill', id: 'e2', at: NOON, text: 'Sold 40 IBM at 181.00 (IBM-1 · gen 1)' });
    expect(lastFill([sold, { ...bought, at: NOON + 1_000 }])).toMatchObject({ id: 'e1' });
    expect([lastFill([]), lastFire([])]).toEqual([null, null]);
  });

  test('tells another firing of the same watcher as another event', () => {
    const row = { ...watcherFired(NOON), gen: 1 };
    const again = { ...watcherFired(NOON + 60_000), gen: 2 };
    expect(lastFire([row])?.id).not.toBe(lastFire([again])?.id);
    expect(lastFire([row, again])).toMatchObject({ kind: 'fire', at: NOON + 60_000 });
    expect(lastFire([{ ...row, firedAt: null, firedTime: null }])).toBeNull();
  });

  test('takes what was told again for no news', () => {
    const fill = lastFill([fillRow('e1', IBM, { side: 'BUY', count: 100, value: 180.02 }, NOON)]);
    if (fill === null) throw new Error('no fill');
    expect([isNews(fill, NOON + 1_000), isNews(fill, NOON + 60_000), isNews(fill, null)]).toEqual([true, false, true]);
  });

  function watcherFired(at: number) {
    return { id: 'T1' as never, name: 'IBM-1', rule: 'last ↑ 180.00', gen: 1, firedAt: at, firedTime: at };
  }
});

describe('a message', () => {
  test('of a command is one, and goes when the command is tried again', () => {
    useView.setState({ toasts: [] });
    refused('Risk says no', 'trigger.arm');
    refused('Risk says no again', 'trigger.arm');
    refused('Not now', 'engine.start');
    toast('done', 'IBM-1 is armed.');
    const texts = (): readonly string[] => useView.getState().toasts.map(({ text }) => text);
    expect(texts()).toEqual(['Risk says no again', 'Not now', 'IBM-1 is armed.']);
    refused(null, 'trigger.arm');
    expect(texts()).toEqual(['Not now', 'IBM-1 is armed.']);
    for (const { id } of useView.getState().toasts) closeToast(id);
    expect(texts()).toEqual([]);
  });
});
