import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KEYS, keyCaps, type KeyWord } from '#protocol/keys';

describe('what is written about keys', () => {
  const root = new URL('../../', import.meta.url);
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const words = Object.values(KEYS).flatMap((place) => Object.values<KeyWord>(place));

  test('the README names keys of the table only', () => {
    const caps = new Set(words.flatMap(({ keys }) => keys.map((key) => keyCaps(key).join('+'))));
    const bold = [...readme.matchAll(/\*\*((?:Ctrl\+|Shift\+)?(?:[A-Z]|F\d+|Enter|Esc|Del))\*\*/g)].map(([, key]) => key ?? '');
    const code = [...readme.matchAll(/`([?,])`/g)].map(([, key]) => key ?? '');
    expect(bold.length).toBeGreaterThan(2);
    expect([...bold, ...code].filter((key) => !caps.has(key))).toEqual([]);
  });

  test('the README, the button, the desk and the cheat sheet say the same of F5: it starts, pauses and resumes', () => {
    const source = (path: string): string => readFileSync(new URL(path, root), 'utf8');
    expect(readme).not.toMatch(/F5 only/);
    expect(readme).toMatch(/\*\*F5\*\*/);
    expect(KEYS.everywhere.engine.text).toMatch(/^Start, pause or resume/);
    expect(source('src-main/core/strategy/trigger/arm-refusal.ts')).toContain('Start it first (F5).');
    expect(source('src-main/core/strategy/trigger/arm-refusal.ts')).toContain('Resume it first (F5).');
  });

  test('no panel reads a letter by itself: the table is asked', () => {
    const panels = ['orders/orders.tsx', 'positions/positions.tsx', 'triggers/watchers.tsx', 'quotes/quotes.tsx', 'adopt/adopt-dialog.tsx'];
    for (const panel of panels) {
      const text = readFileSync(new URL(`src-renderer/panels/${panel}`, root), 'utf8');
      expect(text.match(/event\.key\s*===\s*'[^']+'/g), panel).toBeNull();
    }
  });
});
