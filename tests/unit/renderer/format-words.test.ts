import { describe, expect, test } from 'vitest';
import type { OrderState } from '#domain/order';
import { orderWord, triggerWord } from '../../../src-renderer/format/order-word.ts';

const STATES: readonly OrderState[] = [
  'INTENT', 'DENIED', 'QUEUED', 'SUBMITTED', 'UNKNOWN', 'ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'PENDING_REPLACE', 'PENDING_CANCEL', 'CANCELLED', 'FILLED',
  'REJECTED', 'EXPIRED', 'INACTIVE', 'ABORTED_BY_KILL',
]; // prettier-ignore

describe('words of states', () => {
  test('every order state has a word of its own, so that colour never has to tell two apart', () => {
    const words = STATES.map((state) => orderWord(state, null).word);
    expect(new Set(words).size).toBe(words.length);
  });

  test('an order that only rests at IB is not called working', () => {
    expect([
      orderWord('ACCEPTED', 'PreSubmitted').word,
      orderWord('ACCEPTED', 'Submitted').word,
      orderWord('ACCEPTED', 'PendingSubmit').word,
    ]).toEqual(['HELD AT IB', 'WORKING', 'ACCEPTED']);
  });

  test('an armed trigger that cannot fire now is holding', () => {
    expect([triggerWord('armed', false).word, triggerWord('armed', true).word, triggerWord('paused', true).word]).toEqual([
      'ARMED',
      'HOLDING',
      'PAUSED',
    ]);
  });
});
