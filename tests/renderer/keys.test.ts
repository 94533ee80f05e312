import type { KeyboardEvent } from 'react';
import { describe, expect, test } from 'vitest';
import { HEARD_TOGETHER, KEYS, keyAct, keyCaps, leads, spelled, type KeyWord, type Press } from '#protocol/keys';
import { takeKey, type Place } from '../../src-renderer/ui/table-keys.ts';
import type { DataTableProps } from '../../src-renderer/ui/table.ts';

const press = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

const wordsOf = (place: keyof typeof KEYS): readonly (readonly [string, KeyWord])[] =>
  Object.entries<KeyWord>(KEYS[place]).map(([act, word]) => [`${place}.${act}`, word]);

describe('the table of keys', () => {
  test.each(Object.entries(HEARD_TOGETHER))('no press means two things in %s', (_where, places) => {
    const takers = new Map<string, string[]>();
    for (const [act, { keys }] of places.flatMap(wordsOf)) for (const key of keys) takers.set(key, [...(takers.get(key) ?? []), act]);
    expect([...takers].filter(([, acts]) => acts.length > 1)).toEqual([]);
    // The first press of a pair is nobody's alone: the row would act on it.
    for (const lead of leads('view')) expect(takers.get(lead), lead).toBeUndefined();
  });

  test('every place is heard somewhere', () => {
    const heard = new Set(Object.values(HEARD_TOGETHER).flat());
    expect(Object.keys(KEYS).filter((place) => place !== 'system' && !heard.has(place as keyof typeof KEYS))).toEqual([]);
  });

  test('the engine, the settings, the positions, the orders and the alarms have keys', () => {
    expect(keyAct('everywhere', press('F5'))).toBe('engine');
    const view = [press(','), press('2'), press('1'), press('a')];
    expect(view.map((one) => keyAct('view', one))).toEqual(['settings', 'positions', 'orders', 'alarms']);
    expect([keyAct('view', press('o'), 'g'), keyAct('view', press('o')), keyAct('positions', press('o'))]).toEqual([
      'orders',
      undefined,
      'offer',
    ]);
  });

  test('a press is spelled as it is meant: a sign without its Shift, a letter with it, and with the lock of capitals too', () => {
    const presses = [
      press('?', { shiftKey: true }),
      press('+', { shiftKey: true }),
      press('P', { shiftKey: true }),
      press('P'),
      press('Enter', { metaKey: true }),
      press('Delete', { shiftKey: true }),
    ];
    expect(presses.map(spelled)).toEqual(['?', '+', 'Shift+p', 'p', 'Ctrl+Enter', 'Shift+Delete']);
    expect(['Shift+Delete', 'g o', '+', 'ArrowUp', 'F5'].map(keyCaps)).toEqual([['Shift', 'Del'], ['G', 'O'], ['+'], ['↑'], ['F5']]);
  });
});

describe('a table', () => {
  const COLUMNS = [
    { id: 'one', header: 'One', width: '1px', sortable: true, cell: () => null },
    { id: 'two', header: 'Two', width: '1px', sortable: true, cell: () => null },
  ];

  function pressed(key: string, held: Partial<Press> = {}): readonly string[] {
    const said: string[] = [];
    const props: DataTableProps<unknown> = {
      label: 'Rows',
      keys: ['a'],
      source: { get: () => ({}), subscribe: () => () => undefined },
      columns: COLUMNS,
      active: 'a',
      onActive: () => undefined,
      onKey: (_row, event) => {
        said.push(`row ${event.key}`);
        return true;
      },
      onOpen: () => said.push('open'),
      onSort: (column) => said.push(`sort ${column}`),
      sorting: { column: 'one', down: false },
      empty: null,
    };
    const place: Place = { index: 0, last: 0, page: 1, moveTo: (index) => said.push(`to ${String(index)}`) };
    const target = {};
    const event = { ...press(key, held), target, currentTarget: target, preventDefault: () => undefined };
    takeKey(props, place, event as unknown as KeyboardEvent<HTMLDivElement>);
    return said;
  }

  test('leaves O to its row: what is offered for a position is taken with it, and Z sorts', () => {
    expect(pressed('o')).toEqual(['row o']);
    expect(pressed('O', { shiftKey: true })).toEqual(['row O']);
    expect([pressed('z'), pressed('Z', { shiftKey: true })]).toEqual([['sort two'], ['sort one']]);
  });

  test('takes no key that a row of any table could mean', () => {
    const rows = (['watchers', 'orders', 'positions', 'quotes', 'adopt'] as const).flatMap((place) =>
      wordsOf(place).flatMap(([, { keys }]) => keys),
    );
    for (const key of rows) {
      const [last = key, ...held] = key === '+' ? ['+'] : key.split('+').reverse();
      expect(pressed(last, { shiftKey: held.includes('Shift') }), key).toEqual([`row ${last}`]);
    }
  });
});
