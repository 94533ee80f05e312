import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readWords, SAME_WORDS, Translation, type Words } from './words.ts';

function said(words: Partial<Words>): Translation {
  return new Translation({ ...SAME_WORDS, ...words });
}

describe('the words of two revisions', () => {
  it('leave everything as it is when there are none', () => {
    const none = said({});
    expect([none.store('orders'), none.commit('order.open'), none.text('a PARTIAL fill')]).toEqual([
      'orders',
      'order.open',
      'a PARTIAL fill',
    ]);
    expect(none.json({ b: [1, { d: null, c: 'x' }], a: true }, 'orders')).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  });

  it('map names of stores and commits as wholes', () => {
    const words = said({ stores: { sends: 'recent-sends' }, commits: { 'engine.follow': 'protection.follow' } });
    expect([words.store('sends'), words.store('sends-2'), words.store('toString')]).toEqual(['recent-sends', 'sends-2', 'toString']);
    expect([words.commit('engine.follow'), words.commit('engine.follows')]).toEqual(['protection.follow', 'engine.follows']);
  });

  it('map states only where they are states, and only in their store', () => {
    const words = said({ states: { orders: { PARTIAL: 'PARTIALLY_FILLED' } } });
    const cell = { state: 'PARTIAL', note: 'PARTIAL', before: { state: 'PARTIAL' }, list: ['PARTIAL'] };
    expect(words.json(cell, 'orders')).toBe(
      '{"before":{"state":"PARTIALLY_FILLED"},"list":["PARTIAL"],"note":"PARTIAL","state":"PARTIALLY_FILLED"}',
    );
    expect(words.json({ state: 'PARTIAL' }, 'engine')).toBe('{"state":"PARTIAL"}');
  });

  it('map names of properties, and order them afterwards', () => {
    const words = said({ keys: { orders: { zeal: 'aim' }, '*': { seq: 'number' } } });
    expect(words.json({ zeal: 1, b: { zeal: 2 }, seq: 3 }, 'orders')).toBe('{"aim":1,"b":{"aim":2},"number":3}');
    expect(words.json({ zeal: 1, seq: 3 }, 'triggers')).toBe('{"number":3,"zeal":1}');
  });

  it('know a state by the newer name of its property', () => {
    const words = said({ keys: { orders: { phase: 'state' } }, states: { orders: { PARTIAL: 'PARTIALLY_FILLED' } } });
    expect(words.json({ phase: 'PARTIAL' }, 'orders')).toBe('{"state":"PARTIALLY_FILLED"}');
  });

  it('map text inside of sentences, whole words only, the longest first and once', () => {
    const words = said({ texts: { PARTIAL: 'PARTIALLY_FILLED', 'PARTIAL fill': 'PARTIAL execution', '1.5 (x)': 'more' } });
    expect(words.text('PARTIAL, IMPARTIAL, PARTIAL_1, PARTIAL fill, 1.5 (x), 1x5 (x)')).toBe(
      'PARTIALLY_FILLED, IMPARTIAL, PARTIAL_1, PARTIAL execution, more, 1x5 (x)',
    );
    expect(words.json({ 'PARTIAL fill': 'PARTIAL' }, 'log')).toBe('{"PARTIAL fill":"PARTIALLY_FILLED"}');
  });

  it('leave out what the journal leaves out, and keep apart what JSON would not', () => {
    expect(said({}).json({ a: undefined, b: Number.NaN }, 'frame')).toBe('{"b":"NaN"}');
  });

  it('say what is wrong with their file', () => {
    expect(readWords('{')).toBe('it is not JSON');
    expect(readWords('[]')).toBe('it is not an object');
    expect(readWords('{"names":{}}')).toContain('it has a part "names"');
    expect(readWords('{"states":{"PARTIAL":"PARTIALLY_FILLED"}}')).toBe('states, PARTIAL: not words to words');
    expect(readWords('{"texts":{"a":1}}')).toBe('texts, texts: not words to words');
    expect(readWords('{"texts":{"a":"b"}}')).toEqual({ ...SAME_WORDS, texts: { a: 'b' } });
  });

  it('of the next comparison can be read', () => {
    expect(readWords(readFileSync(new URL('words.json', import.meta.url), 'utf8'))).toBeTypeOf('object');
  });
});
