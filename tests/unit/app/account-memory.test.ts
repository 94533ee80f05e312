import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AccountMemory } from '#app/account-memory';
import { temporaryDirectory } from '../../support/temporary.ts';

/** A memory whose file holds this. */
function holding(text: string | undefined) {
  const folder = temporaryDirectory();
  const path = join(folder, 'accounts.json');
  if (text !== undefined) writeFileSync(path, text);
  const warned: string[] = [];
  return { memory: new AccountMemory(folder, (words) => warned.push(words)), path, warned };
}

const kept = (traded: unknown, offered: readonly unknown[] = []): string => JSON.stringify({ traded, offered });

test('the first account ever is remembered without a question, another one waits for the operator’s word', () => {
  const { memory, path } = holding(undefined);
  expect([memory.change(), memory.met('DU1', ['DU1', 'DU2']), memory.refusal()]).toEqual([undefined, false, undefined]);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ traded: 'DU1', offered: ['DU1', 'DU2'] });
  const { memory: next, path: other } = holding(kept('DU1'));
  expect([next.met('DU2', ['DU2']), next.met('DU2', ['DU2'])]).toEqual([true, false]);
  expect(next.refusal()).toBe('This is account DU2; the last run traded on DU1. Confirm the account first.');
  next.confirm('DU2', ['DU2']);
  expect([next.refusal(), JSON.parse(readFileSync(other, 'utf8'))]).toEqual([undefined, { traded: 'DU2', offered: ['DU2'] }]);
  expect([next.met('DU1', ['DU1']), next.met('DU2', ['DU2'])]).toEqual([true, false]);
});

test('the account of the last run is met without a word', () => {
  const { memory } = holding(kept('x'.repeat(64), ['x'.repeat(64)]));
  expect([memory.met('x'.repeat(64), []), memory.refusal()]).toEqual([false, undefined]);
});

test.each([
  ['no JSON', '{'],
  ['no account', kept('')],
  ['an account that is none', kept('x'.repeat(65))],
  ['a number', kept(5)],
  ['an offer that is none', kept('DU1', ['x'.repeat(65)])],
  ['offers without end', kept('DU1', Array(201).fill('DU1'))],
  ['more than that', JSON.stringify({ traded: 'DU1', offered: [], live: true })],
])('where the file holds %s nobody can tell, and the desk asks whatever the account is', (_what, text) => {
  const { memory, path } = holding(text);
  expect([memory.met('DU1', []), memory.refusal()]).toEqual([true, expect.stringContaining('cannot be told') as string]);
  expect(readFileSync(path, 'utf8')).toBe(text);
  memory.confirm('DU1', []);
  expect(memory.refusal()).toBeUndefined();
});

test('two hundred accounts may be offered', () => {
  expect(holding(kept('DU1', Array(200).fill('DU1'))).memory.met('DU1', [])).toBe(false);
});
