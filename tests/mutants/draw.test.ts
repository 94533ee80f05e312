import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawn, drawsOf, placeAround, placesOf } from './draw.ts';
import { drawnFrom, type Runner, testsFor } from './drawn.ts';

/** `old → new` of everything that can be drawn from a text. */
function changes(text: string): readonly string[] {
  return drawsOf('src-main/core/risk/limit.ts', text).map(({ start, end, wrong, kind }) => `${kind}: ${text.slice(start, end)} → ${wrong}`);
}

describe('a drawn fault', () => {
  it('is another comparison, operator, junction or constant, or a not that is gone', () => {
    expect(changes('const a = b < c && !d;')).toEqual(['comparison: < → <=', 'logic: && → ||', 'not: ! → ']);
    expect(changes('const a = b === 2 ? c + 1 : 0;')).toEqual([
      'comparison: === → !==',
      'constant: 2 → 3',
      'operator: + → -',
      'constant: 1 → 0',
      'constant: 0 → 1',
    ]);
    expect(changes('const a = true;')).toEqual(['constant: true → false']);
  });

  it('is a wrong digit of a cap or a time that somebody chose, and one more or less of any other figure', () => {
    expect(changes('const a = 15_000, b = 128, c = 404, d = 10;')).toEqual([
      'constant: 15_000 → 150000',
      'constant: 128 → 1280',
      'constant: 404 → 405',
      'constant: 10 → 11',
    ]);
  });

  it('is a statement or an early return that is gone, or two arguments that have changed places', () => {
    const text = 'function f(a: number, b: number): void {\n  if (a > b) return;\n  spend(b, a);\n}';
    expect(changes(text)).toEqual([
      'return: if (a > b) return; → ',
      'comparison: > → >=',
      'statement: spend(b, a); → ',
      'arguments: b, a → a, b',
    ]);
  });

  it('is nothing that does not run, and no word for people', () => {
    expect(changes("import { a } from './b.ts';\nexport type T = 1 | true;\ninterface I { readonly ok: false }")).toEqual([]);
    expect(
      changes('function f(): void {\n  log(tx, `${a + 1} of ${b}`, 3);\n  logLine(desk, a, b);\n  throw new Error(`${c - 1}`);\n}'),
    ).toEqual([]);
    expect(changes("const a = 'b' + c;")).toEqual([]);
    expect(changes("const a = b === 1 ? `${b} order` : 'no orders';")).toEqual([]);
    expect(changes("const a = b ? 'BUY' : c < d ? 'SELL' : '';")).toEqual(['comparison: < → <=']);
    expect(changes('const a = Math.min(b, c);')).toEqual([]);
    expect(changes('start(1);')).toEqual(['constant: 1 → 0']);
  });

  it('is none that no run could tell from the original: one unit of a scaled figure, a sum the other way round, a longer array, the least of two that are equal, a mark that says nothing', () => {
    expect(changes('const a = minus(held, 5) > 0;')).toEqual(['arguments: held, 5 → 5, held', 'constant: 5 → 4', 'comparison: > → >=']);
    expect(changes('if (order.quantity <= 0) b();')).toEqual(['comparison: <= → <', 'statement: b(); → ;']);
    expect(changes('const a = position.quantity === 0;')).toEqual(['comparison: === → !==', 'constant: 0 → 1']);
    expect(changes('const a = parts.length > 0;')).toEqual(['comparison: > → >=', 'constant: 0 → 1']);
    expect(changes('const a = sameTrail(plus(b, c), minus(b, c));')).toEqual(['arguments: b, c → c, b']);
    expect(changes('const a = new Uint8Array(4);')).toEqual([]);
    expect(changes('if (a < b) b = a;')).toEqual(['statement: b = a; → ;']);
    expect(changes('for (const at of next) if (hit < 0 || at < hit) hit = at;')).toEqual([
      'comparison: < → <=',
      'constant: 0 → 1',
      'logic: || → &&',
      'statement: hit = at; → ;',
    ]);
    expect(changes('if (a < b) c = a;')).toEqual(['comparison: < → <=', 'statement: c = a; → ;']);
    expect(changes('const NAMES: Readonly<Record<keyof Limits, true>> = { shares: true };')).toEqual([]);
    expect(changes('const r = Math.hypot(x, y);')).toEqual([]);
    expect(changes('const a = timingSafeEqual(b, c);')).toEqual([]);
  });

  it('is drawn again by the same seed, and more of them begin with the same', () => {
    const all = Array.from({ length: 1_000 }, (_, at) => at);
    expect(drawn(all, 50, 7)).toEqual(drawn(all, 50, 7));
    expect(drawn(all, 50, 7)).toEqual(drawn(all, 500, 7).slice(0, 50));
    expect(drawn(all, 50, 8)).not.toEqual(drawn(all, 50, 7));
    expect(new Set(drawn(all, 1_000, 7)).size).toBe(1_000);
  });

  it('is drawn from the rooms that are asked for alone', () => {
    const root = join(import.meta.dirname, '../..');
    const top = (rooms: string): readonly string[] => [
      ...new Set(drawnFrom(root, rooms).map((file) => file.split('/', file.includes('/core/') ? 3 : 2).join('/'))),
    ];
    expect(top('tws,risk')).toEqual(['src-main/core/risk', 'src-main/tws']);
    expect(top('app')).toEqual(['src-main/app']);
    expect(top('protocol')).toEqual(['src-shared/protocol']);
    expect(top('')).toEqual(expect.arrayContaining(['src-main/app', 'src-main/core/market', 'src-main/journal', 'src-main/tws']));
    expect(top('nowhere')).toEqual([]);
  });

  it('is looked for by the tests that run the innermost block, arrow or case around it', () => {
    const text = 'const a = 1;\nfunction f(): void {\n  if (a) {\n    b();\n  }\n  c();\n}\nconst g = (d: number) => d + 2;';
    const places = placesOf('src-main/core/risk/limit.ts', text);
    expect(placeAround(places, text.indexOf('b()'))).toBe(text.indexOf('{\n    b'));
    expect(placeAround(places, text.indexOf('c()'))).toBe(text.indexOf('{\n  if'));
    expect(placeAround(places, text.indexOf('2'))).toBe(text.indexOf('d + 2'));
    expect(placeAround(places, text.indexOf('1'))).toBeUndefined();
    const chosen = 'function f(): void {\n  switch (a) {\n    case 1:\n      b();\n      return;\n    default:\n      c();\n  }\n}';
    const cases = placesOf('src-main/core/risk/limit.ts', chosen);
    expect(placeAround(cases, chosen.indexOf('return'))).toBe(chosen.indexOf('b()'));
    expect(placeAround(cases, chosen.indexOf('c()'))).toBe(chosen.indexOf('c()'));
  });

  it('is asked of the near and short tests that run it, of as many as the time of one fault holds, and of none where none goes', () => {
    const text = 'export function within(size: number): boolean {\n  return size < 100;\n}\n';
    const brace = `src-main/core/risk/limit.ts:${text.indexOf('{')}`;
    const ran = (test: string, ms: number, places: readonly string[], steps = 1): Runner => ({ test, ms, places: new Set(places), steps });
    const asked = testsFor('src-main/core/risk/limit.ts', text, text.indexOf('<'), [
      ran('tests/gateway/orders.test.ts', 21_000, [brace], 5),
      ran('tests/property/limit.test.ts', 50_000, [brace], 2),
      ran('tests/unit/order/order.test.ts', 900, [brace], 3),
      ran('tests/unit/risk/limit.test.ts', 800, [brace], 4),
      ran('tests/unit/risk/other.test.ts', 100, []),
    ]);
    expect(asked).toEqual(['tests/unit/risk/limit.test.ts', 'tests/unit/order/order.test.ts', 'tests/property/limit.test.ts']);
    expect(testsFor('src-main/core/risk/limit.ts', text, text.indexOf('<'), [ran('tests/unit/risk/other.test.ts', 100, [])])).toEqual([]);
  });
});
