import { describe, expect, test } from 'vitest';
import { type LineEffect, Subscriptions } from '#core/market/subscriptions';
import { BAC, IBM, stock } from '../../support/core/trigger-fixtures.ts';

const many = Array.from({ length: 120 }, (_, i) => stock(`S${String(i)}`, 1_000 + i));

function brief(effects: readonly LineEffect[]): readonly string[] {
  return effects.map((effect) => (effect.kind === 'subscribe' ? `+${effect.contract.symbol}` : `-${String(effect.conId)}`));
}

function wants(
  lines: Subscriptions,
  owner: string,
  contract: (typeof many)[number],
  need: 'position' | 'watcher' | 'selected' | 'screen',
): readonly string[] {
  const answer = lines.want(owner, contract, need);
  return answer.ok ? brief(answer.value) : [answer.error];
}

describe('market data lines', () => {
  test('are counted by owner: subscribed for the first, released with the last', () => {
    const lines = new Subscriptions();
    expect(wants(lines, 'T1', IBM, 'watcher')).toEqual(['+IBM']);
    expect(wants(lines, 'T1', IBM, 'watcher')).toEqual([]);
    expect(wants(lines, 'T2', IBM, 'watcher')).toEqual([]);
    expect(wants(lines, 'T2', BAC, 'watcher')).toEqual(['+BAC']);
    expect(brief(lines.drop('T1'))).toEqual([]);
    expect(brief(lines.drop('T2', IBM.conId))).toEqual([`-${String(IBM.conId)}`]);
    expect(lines.wanted()).toEqual([{ contract: BAC, need: 'watcher', owners: 1, active: true }]);
    expect(brief(lines.drop('T2'))).toEqual([`-${String(BAC.conId)}`]);
    expect(brief(lines.drop('nobody'))).toEqual([]);
    expect(lines.lines()).toEqual({ used: 0, budget: 100, waiting: 0 });
  });

  test('warn from 90 and refuse new watchers from 95, in a sentence', () => {
    const lines = new Subscriptions();
    for (const contract of many.slice(0, 89)) wants(lines, contract.symbol, contract, 'watcher');
    expect(lines.lines().warning).toBeUndefined();
    for (const contract of many.slice(89, 95)) expect(wants(lines, contract.symbol, contract, 'watcher')).toEqual([`+${contract.symbol}`]);
    expect(lines.lines()).toEqual({
      used: 95,
      budget: 100,
      waiting: 0,
      warning: '95 of 100 market data lines are in use; new triggers stop at 95.',
    });
    expect(wants(lines, 'T', IBM, 'watcher')).toEqual([
      '95 of 100 market data lines serve positions and triggers, and new triggers stop at 95; disarm a trigger to watch IBM.',
    ]);
    // A second watcher on a line that is there costs nothing; positions may use the rest.
    expect(wants(lines, 'T', many[0]!, 'watcher')).toEqual([]);
    expect(wants(lines, 'book', IBM, 'position')).toEqual(['+IBM']);
  });

  test('go to the most important needs, and what was displaced comes back', () => {
    const lines = new Subscriptions({ budget: 3, watcherLimit: 2 });
    for (const contract of many.slice(0, 3)) wants(lines, 'quotes', contract, 'screen');
    expect(wants(lines, 'T', IBM, 'watcher')).toEqual(['-1002', '+IBM']);
    expect(lines.lines()).toEqual({ used: 3, budget: 3, waiting: 1, warning: '1 quotes wait for a market data line; all 3 are in use.' });
    expect(wants(lines, 'click', many[2]!, 'selected')).toEqual(['-1001', '+S2']);
    expect(lines.wanted().map(({ contract, need, active }) => [contract.symbol, need, active])).toEqual([
      ['IBM', 'watcher', true],
      ['S2', 'selected', true],
      ['S0', 'screen', true],
      ['S1', 'screen', false],
    ]);
    expect(brief(lines.drop('T'))).toEqual([`-${String(IBM.conId)}`, '+S1']);
  });
});
