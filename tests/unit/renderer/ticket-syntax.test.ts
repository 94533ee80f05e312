import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EMPTY_DRAFT, type Draft } from '../../../src-renderer/draft/draft.ts';
import { readDraft, readLimit } from '../../../src-renderer/draft/read-draft.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

const NOBODY: ReadonlySet<string> = new Set();
const complete: Draft = {
  ...EMPTY_DRAFT,
  contract: IBM,
  minTick: px(0.01),
  test: 'crosses-below',
  level: '179.40',
  window: '09:45 - 15:30',
  side: 'SELL',
  quantity: '200',
  type: 'LMT',
  limit: '-0.02',
};

describe('what a field shows as its syntax', () => {
  const source = ['condition-rows', 'conditions', 'order-rows', 'quantity-field']
    .map((name) => readFileSync(new URL(`../../../src-renderer/panels/ticket/${name}.tsx`, import.meta.url), 'utf8'))
    .join('\n');

  test.each([
    ['price, or +1.5% of close', { level: '+1.5% of close' }],
    ['any time, or 09:45 - 15:30', { window: '09:45 - 15:30' }],
    ['any time, or 09:45 - 15:30', { window: 'any time' }],
    ['limit, or +0.02 from ask', { side: 'BUY', limit: '+0.02 from ask', target: '182', stop: '1%' }],
    ['limit, or −0.02 from bid', { side: 'SELL', limit: '−0.02 from bid' }],
    ['none; price or 2%', { target: '2%' }],
    ['none; price or 2%', { target: 'none' }],
    ['none; price or 1%', { stop: '1%' }],
    ['none; price or 1%', { stop: 'none' }],
  ] as const)('%s is taken verbatim: %o', (placeholder, typed) => {
    expect(source).toContain(placeholder);
    const { spec, faults, missing } = readDraft({ ...complete, ...typed }, NOBODY);
    expect([faults, missing, spec === null]).toEqual([{}, null, false]);
  });

  test('means what it says', () => {
    const { spec } = readDraft({ ...complete, level: '+1.5% of close', limit: '−0.02 from bid' }, NOBODY);
    expect([spec?.condition, spec?.action.entry]).toMatchObject([
      { of: [{ kind: 'percent-change', basis: 'close', basisPoints: 150 }, {}] },
      { limitOffset: px(-0.02) },
    ]);
    expect(readLimit('+0.02 from ask', null, 'SELL')).toEqual({
      ok: false,
      error: 'A sale is measured from the bid; write it like -0.02 from bid.',
    });
    expect(readLimit('179.38 from ask', null, 'BUY').ok).toBe(false);
  });
});
