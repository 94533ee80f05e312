import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './cruise.ts';
import { slices } from './slices.ts';

const core = new Map(
  globSync('src-main/core/**/*.ts', { cwd: root }).map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')]),
);
/** Who builds the state, ties the rooms and hands the whole of it on. */
const BUILDERS = [
  'state/desk-state.ts',
  'state/desk-view.ts',
  'engine/desk-core.ts',
  'engine/desk-commands.ts',
  'engine/on-news.ts',
  'engine/warm-up.ts',
];

test('every file of the core takes exactly the slice of the desk’s state that it, and whom it hands it to, uses', () => {
  const found = slices(core);
  expect(found.length).toBeGreaterThan(50);
  expect(found.filter(({ declared, needed }) => declared.join() !== needed.join())).toEqual([]);
});

test('nobody but the builders takes the whole of it', () => {
  const whole = [...core]
    .filter(([path]) => !BUILDERS.some((builder) => path.endsWith(builder)))
    .filter(([, text]) => /(?<!Pick<)\b(DeskState|DeskView)\b(?!,)/.test(text.replace(/^import .*$|^\s*\*.*$|\/\/.*$/gm, '')));
  expect(whole.map(([path]) => path)).toEqual([]);
});

test('a slice that is too wide, and one that is too narrow, are found', () => {
  const sender = `import { type Slice } from '#core/state/desk-state';\ntype Desk = Slice<'broker' | 'latch'>;\nexport function send(desk: Desk): void { desk.broker.send(); }`;
  const caller = `import { send } from '#core/execution/send';\ntype Desk = Slice<'stores'>;\nexport function decide(desk: Desk): void { const { stores } = desk; send(desk); stores.get(); }`;
  const found = slices(
    new Map([
      ['src-main/core/execution/send.ts', sender],
      ['src-main/core/safety/decide.ts', caller],
    ]),
  );
  expect(found.map(({ declared, needed }) => [declared, needed])).toEqual([
    [['broker', 'latch'], ['broker']],
    [['stores'], ['broker', 'stores']],
  ]);
});
