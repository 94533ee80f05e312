import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caller, StreamHandle } from '#desk/entrance/door';
import { createRouter, type Handlers } from '#desk/entrance/router';
import { streamHandlers } from '#desk/stream/stream-handlers';
import { COMMANDS, QUERIES, type CallName } from '#protocol/commands';

const caller: Caller = {
  id: 'w1',
  by: 'console window',
  scope: 'operate',
  atDesk: true,
  session: null,
  closed: false,
  stream: () => null,
};

function desk(over: Partial<Record<CallName, (input: never, caller: Caller) => unknown>> = {}) {
  const calls: { readonly name: string; readonly input: unknown; readonly by: string }[] = [];
  const faults: { readonly name: string; readonly error: string }[] = [];
  let now = 0;
  const record = (name: string) => (input: unknown, from: Caller) => {
    calls.push({ name, input, by: from.by });
    return { ok: true, value: { seq: calls.length } };
  };
  const names = [...Object.keys(COMMANDS), ...Object.keys(QUERIES)];
  const handlers = { ...Object.fromEntries(names.map((name) => [name, record(name)])), ...streamHandlers, ...over } as unknown as Handlers;
  const router = createRouter(handlers, {
    monotonic: () => now,
    fault: (name, error) => {
      faults.push({ name, error: String(error) });
      return `F-${faults.length}`;
    },
    onlyAtDesk: () => null,
    askTerminal: () => '',
  });
  return { router, calls, faults, advance: (ms: number) => (now += ms) };
}

test('a good call reaches its handler with the parsed input and the caller', async () => {
  const { router, calls } = desk();
  expect(await router.call('order.cancel', { key: 'TD1-AAAAAAAA-1-1-E', expectedVersion: 3 }, caller)).toEqual({
    ok: true,
    value: { seq: 1 },
  });
  expect(calls).toEqual([{ name: 'order.cancel', input: { key: 'TD1-AAAAAAAA-1-1-E', expectedVersion: 3 }, by: 'console window' }]);
});

test('a kill has acted before the call returns', () => {
  const { router, calls } = desk();
  void router.call('kill', { scope: 'own', reason: 'menu' }, caller);
  expect(calls.length).toBe(1);
});

test.each([
  ['an unknown name', 'order.place', {}, 'This desk does not know the call "order.place".'],
  ['an inherited name', 'constructor', {}, 'This desk does not know the call "constructor".'],
  ['the prototype', '__proto__', {}, 'This desk does not know the call "__proto__".'],
  ['no name', undefined, {}, 'This desk does not know the call of type undefined.'],
  ['a missing field', 'kill', { scope: 'own' }, 'kill: reason is missing.'],
  ['a wrong word', 'kill', { scope: 'some', reason: 'x' }, 'kill: scope must be own or all.'],
  ['an unknown key', 'engine.start', { force: true }, 'engine.start: force is not known here.'],
  ['no input', 'engine.start', undefined, 'engine.start: it is missing.'],
  ['a control character', 'kill', { scope: 'own', reason: 'a\u0000b' }, 'kill: reason allows only printable characters.'],
  [
    'a text for a figure',
    'settings.update',
    { patch: { limits: { maxOrderShares: '5' } } },
    'settings.update: patch.limits.maxOrderShares must be a number.',
  ],
  [
    'a fraction',
    'settings.update',
    { patch: { limits: { maxOrderShares: 1.5 } } },
    'settings.update: patch.limits.maxOrderShares must be a whole number.',
  ],
  [
    'too large a figure',
    'settings.update',
    { patch: { limits: { maxOrderShares: 1e9 } } },
    'settings.update: patch.limits.maxOrderShares must be at most 100 000.',
  ],
  [
    'too small a figure',
    'settings.update',
    { patch: { limits: { collarPercent: 0 } } },
    'settings.update: patch.limits.collarPercent must be at least 0.01.',
  ],
  ['a polluting key', 'engine.start', JSON.parse('{"__proto__":{"x":1}}'), 'engine.start: the key __proto__ is not allowed.'],
  ['a polluting key, deep', 'kill', { scope: { constructor: 1 }, reason: '' }, 'kill: the key constructor is not allowed.'],
  ['a Map', 'engine.start', new Map(), 'engine.start: it holds something other than plain data.'],
  ['a function', 'engine.start', { x: () => 1 }, 'engine.start: it holds a function.'],
  ['too much', 'kill', { scope: 'own', reason: 'x'.repeat(70_000) }, 'kill: it is larger than 64 KB.'],
])('%s is refused in words', async (_what, name, input, text) => {
  const { router, calls, faults } = desk();
  expect(await router.call(name, input, caller)).toEqual({ ok: false, error: { code: 'invalid-input', text } });
  expect([calls, faults]).toEqual([[], []]);
});

test('ten thousand levels of nesting are refused without recursion', async () => {
  const { router } = desk();
  const deep: unknown = JSON.parse('['.repeat(10_000) + ']'.repeat(10_000));
  expect(await router.call('trigger.preview', { spec: deep }, caller)).toEqual({
    ok: false,
    error: { code: 'invalid-input', text: 'trigger.preview: it is nested deeper than 16 levels.' },
  });
});

test.each([
  ['throws', () => { throw new Error('secret detail'); }], // prettier-ignore
  ['rejects', () => Promise.reject(new Error('secret detail'))],
])('a handler that %s becomes an internal error with an id, its detail only in the log', async (_how, handler) => {
  const { router, faults } = desk({ 'engine.stop': handler });
  const reply = await router.call('engine.stop', {}, caller);
  expect(reply).toEqual({
    ok: false,
    error: {
      code: 'internal',
      text: 'A defect of this program stopped engine.stop. It is in the log under F-1; nothing else is known to have happened.',
    },
  });
  expect(faults).toEqual([{ name: 'engine.stop', error: 'Error: secret detail' }]);
});

test('a flood is cut off for its caller alone, and never reaches kill, cancel or pause', async () => {
  const { router, advance } = desk();
  const codes: string[] = [];
  for (let i = 0; i < 300; i += 1) {
    const reply = await router.call('kill.preview', {}, caller);
    codes.push(reply.ok ? 'ok' : reply.error.code);
  }
  expect(codes).toEqual([...Array<string>(100).fill('ok'), ...Array<string>(200).fill('too-many')]);
  for (let i = 0; i < 1_000; i += 1) {
    expect((await router.call('kill', { scope: 'own', reason: '' }, caller)).ok).toBe(true);
    expect((await router.call('order.cancel', { key: 'perm:1' }, caller)).ok).toBe(true);
    expect((await router.call('orders.cancel-all', { scope: 'own' }, caller)).ok).toBe(true);
    expect((await router.call('engine.pause', {}, caller)).ok).toBe(true);
  }
  expect((await router.call('kill.preview', {}, { ...caller, id: 'w2' })).ok).toBe(true);
  expect((await router.call('kill.preview', {}, caller)).ok).toBe(false);
  advance(100);
  expect((await router.call('kill.preview', {}, caller)).ok).toBe(true);
});

test('whoever was silent for an hour has saved up no more than a burst', async () => {
  const { router, advance } = desk();
  expect((await router.call('kill.preview', {}, caller)).ok).toBe(true);
  advance(3_600_000);
  let taken = 0;
  for (let i = 0; i < 300; i += 1) if ((await router.call('kill.preview', {}, caller)).ok) taken += 1;
  expect(taken).toBe(100);
});

test('acknowledging frames does not use up what the operator may ask', async () => {
  const acks: number[] = [];
  const stream: StreamHandle = { ack: (number) => acks.push(number), resync: () => undefined };
  const { router } = desk();
  const streaming: Caller = { ...caller, stream: () => stream };
  for (let i = 0; i < 150; i += 1) expect(await router.call('stream.ack', { number: i }, streaming)).toEqual({ ok: true, value: {} });
  expect(acks.length).toBe(150);
  expect((await router.call('kill.preview', {}, streaming)).ok).toBe(true);
});

test('a resync names only topics that exist', async () => {
  const asked: unknown[] = [];
  const stream: StreamHandle = { ack: () => undefined, resync: (topics) => asked.push(topics) };
  const { router } = desk();
  await router.call('stream.resync', { topics: ['orders', 'nonsense', 'toString'] }, { ...caller, stream: () => stream });
  expect(asked).toEqual([['orders']]);
});

test('whatever comes, the answer is a value and no handler sees what its schema refuses', async () => {
  const names = [...Object.keys(COMMANDS), ...Object.keys(QUERIES)];
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constantFrom(...names), fc.string()),
      fc.anything({ withMap: true, withDate: true }),
      async (name, input) => {
        const { router, calls, faults } = desk();
        const reply = await router.call(name, input, caller);
        expect(typeof reply.ok).toBe('boolean');
        expect(faults).toEqual([]);
        for (const call of calls) {
          const schema = { ...COMMANDS, ...QUERIES }[call.name as CallName];
          expect(schema.safeParse(input).success).toBe(true);
        }
      },
    ),
    { numRuns: 1_000, seed: Number(process.env['SEED'] ?? 20131008), verbose: fc.VerbosityLevel.Verbose },
  );
});
