import { describe, expect, test } from 'vitest';
import { type Part, type PartHandle, type PartRef, type Registration, RegistryError, ServiceRegistry } from '#app/service-registry';
import { FakeClock, settleMicrotasks } from '../../support/fake-clock.ts';
import { deferred } from '../../support/core/desk-line.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly registry: ServiceRegistry;
  readonly log: string[];
  readonly add: <T = void>(name: string, needs?: readonly string[], rest?: Partial<Part<T>>) => Registration<T>;
}

function bench(): Bench {
  const clock = new FakeClock();
  const registry = new ServiceRegistry({ clock, scheduler: clock, stopDeadlineMs: 1_000 });
  const log: string[] = [];
  return {
    clock,
    registry,
    log,
    add: <T = void>(name: string, needs: readonly string[] = [], rest: Partial<Part<T>> = {}) =>
      registry.register<T>({
        name,
        needs,
        start: rest.start ?? (() => void log.push(`+${name}`) as T),
        stop: rest.stop ?? (() => void log.push(`-${name}`)),
      }),
  };
}

function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    if (error instanceof RegistryError) return [error.name, error.code, error.message];
    throw error;
  }
  return undefined;
}

test('parts start in the order of their needs and stop in reverse, whatever the order of registration', async () => {
  const { registry, add, log } = bench();
  add('door', ['core', 'workers']);
  add('core', ['journal']);
  add('workers');
  add('journal');
  registry.seal();
  await registry.start();
  expect(registry.describe().phase).toBe('running');
  expect(await registry.stop()).toEqual([]);
  expect(log).toEqual(['+journal', '+core', '+workers', '+door', '-door', '-workers', '-core', '-journal']);
  expect(registry.describe()).toEqual({
    phase: 'stopped',
    parts: [
      { name: 'journal', state: 'stopped', needs: [], startMs: 0, stopMs: 0 },
      { name: 'core', state: 'stopped', needs: ['journal'], startMs: 0, stopMs: 0 },
      { name: 'workers', state: 'stopped', needs: [], startMs: 0, stopMs: 0 },
      { name: 'door', state: 'stopped', needs: ['core', 'workers'], startMs: 0, stopMs: 0 },
    ],
  });
});

test('a part reaches what its needs offer, with its type', async () => {
  const { registry, add } = bench();
  const journal = add<{ readonly path: string }>('journal', [], { start: () => Promise.resolve({ path: 'commits' }) });
  let reached = '';
  add('core', ['journal'], { start: (handle: PartHandle) => void (reached = handle.reach(journal).path) });
  registry.seal();
  await registry.start();
  expect(reached).toBe('commits');
});

describe('the graph is refused', () => {
  test('when a need is missing', () => {
    const { registry, add } = bench();
    add('core', ['journal']);
    expect(codeOf(() => registry.seal())).toEqual(['RegistryError', 'MISSING_NEED', '"core" needs "journal", which is not registered']);
  });

  test('when needs go round in a circle, with the way round', () => {
    const { registry, add } = bench();
    add('start', ['a']);
    add('a', ['b']);
    add('b', ['c']);
    add('c', ['a']);
    const text = 'Parts need each other in a circle: a → b → c → a';
    expect(codeOf(() => registry.seal())).toEqual(['RegistryError', 'CIRCULAR_NEED', text]);
    const own = bench();
    own.add('a', ['a']);
    expect(codeOf(() => own.registry.seal())).toEqual(['RegistryError', 'CIRCULAR_NEED', 'Parts need each other in a circle: a → a']);
  });

  test('when a name comes twice or a part comes after the seal', () => {
    const { registry, add } = bench();
    add('core');
    expect(codeOf(() => add('core'))).toEqual(['RegistryError', 'DUPLICATE_PART', 'A part named "core" is registered already']);
    registry.seal();
    const text = '"late" registers after the parts have been sealed';
    expect(codeOf(() => add('late'))).toEqual(['RegistryError', 'LATE_REGISTRATION', text]);
  });
});

test('phases cannot be skipped or repeated', async () => {
  const { registry } = bench();
  const start = () => void registry.start();
  expect(codeOf(start)).toEqual(['RegistryError', 'WRONG_PHASE', 'The parts are registering: start is possible only while sealed']);
  registry.seal();
  expect(codeOf(() => registry.seal())).toEqual([
    'RegistryError',
    'WRONG_PHASE',
    'The parts are sealed: seal is possible only while registering',
  ]);
  await registry.start();
  expect(codeOf(start)).toEqual(['RegistryError', 'WRONG_PHASE', 'The parts are running: start is possible only while sealed']);
  await registry.stop();
  expect(codeOf(start)).toEqual(['RegistryError', 'WRONG_PHASE', 'The parts are stopped: start is possible only while sealed']);
});

test('early, late, undeclared and unknown access are named errors', async () => {
  const { registry, add } = bench();
  const errors: unknown[] = [];
  const later: PartRef<string> = { name: 'later' };
  const first = add<string>('first', [], {
    start: (handle) => {
      errors.push(codeOf(() => handle.reach(later)));
      errors.push(codeOf(() => handle.reach({ name: 'nobody' })));
      // The handle of a part that is to start later: its own needs do not run yet.
      errors.push(codeOf(() => core.handle.reach(first)));
      errors.push(codeOf(() => core.handle.reach(later)));
      return 'first';
    },
  });
  add<string>('later', ['first'], { start: () => 'later' });
  const core = add('core', ['first', 'later'], { start: (handle) => void errors.push([handle.reach(first), handle.reach(later)]) });
  errors.push(codeOf(() => core.handle.reach(first)));
  registry.seal();
  errors.push(codeOf(() => core.handle.reach(first)));
  await registry.start();
  await registry.stop();
  errors.push(codeOf(() => core.handle.reach(first)));
  expect(errors).toEqual([
    ['RegistryError', 'EARLY_ACCESS', '"core" reaches for "first" before the parts have been sealed'],
    ['RegistryError', 'EARLY_ACCESS', '"core" reaches for "first" before it runs'],
    ['RegistryError', 'UNDECLARED_NEED', '"first" reaches for "later" without having declared that need'],
    ['RegistryError', 'UNKNOWN_PART', '"first" reaches for "nobody", which is not registered'],
    ['RegistryError', 'EARLY_ACCESS', '"core" reaches for "first" before it runs'],
    ['RegistryError', 'EARLY_ACCESS', '"core" reaches for "later" before it runs'],
    ['first', 'later'],
    ['RegistryError', 'LATE_ACCESS', '"core" reaches for "first" when it is stopped'],
  ]);
});

test('a part that fails to start takes those before it down in reverse, and tells why', async () => {
  const { registry, add, log } = bench();
  const cause = new Error('the port is in use');
  add('journal');
  add('core', ['journal']);
  add('door', ['core'], { start: () => Promise.reject(cause) });
  add('after', ['door']);
  registry.seal();
  const error: unknown = await registry.start().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'START_FAILED', message: '"door" did not start: the port is in use', cause });
  expect(log).toEqual(['+journal', '+core', '-core', '-journal']);
  expect(registry.describe()).toMatchObject({
    phase: 'stopped',
    parts: [
      { name: 'journal', state: 'stopped' },
      { name: 'core', state: 'stopped' },
      { name: 'door', state: 'failed', reason: 'the port is in use' },
      { name: 'after', state: 'registered' },
    ],
  });
});

test('a part that fails to stop, or does not stop in time, does not keep the others from stopping', async () => {
  const { registry, add, log, clock } = bench();
  add('journal');
  add('hangs', ['journal'], { stop: () => new Promise<void>(() => undefined) });
  add('throws', ['hangs'], {
    stop: () => {
      throw new Error('no');
    },
  });
  registry.seal();
  await registry.start();
  const stopped = registry.stop();
  await settleMicrotasks();
  clock.advance(1_000);
  expect(await stopped).toMatchObject([
    { name: 'hangs', state: 'failed', reason: 'Did not stop within 1000 ms', stopMs: 1_000 },
    { name: 'throws', state: 'failed', reason: 'no' },
  ]);
  expect(log).toEqual(['+journal', '+hangs', '+throws', '-journal']);
  expect([registry.describe().phase, clock.pending]).toEqual(['stopped', 0]);
});

test('a stop in the middle of a start waits for the part that is starting, starts no other and stops what runs', async () => {
  const { registry, add, log } = bench();
  const gate = deferred<undefined>();
  add('journal');
  add('core', ['journal'], { start: () => gate.promise });
  add('door', ['core']);
  registry.seal();
  const started = registry.start();
  await settleMicrotasks();
  const stopped = registry.stop();
  expect(registry.stop()).toBe(stopped);
  gate.resolve(undefined);
  await started;
  await stopped;
  expect(log).toEqual(['+journal', '-core', '-journal']);
  expect(registry.describe()).toMatchObject({
    phase: 'stopped',
    parts: [{ state: 'stopped' }, { state: 'stopped' }, { state: 'registered' }],
  });
});
