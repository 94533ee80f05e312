import type { Coordinator, CoordinatorOptions } from '#core/commit/coordinator';
import type { Store } from '#core/commit/store';
import { Stores } from '#core/commit/stores';
import type { Release, Work } from '#core/commit/work';
import { coordinatorOn } from './coordinator-on.ts';
import { FakeClock } from '../fake-clock.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';

/** A coordinator with two stores, everything it depends on in the test's hands. */
export interface Line {
  readonly clock: FakeClock;
  readonly journal: MemoryJournal;
  readonly stores: Stores;
  readonly numbers: Store<string, number>;
  readonly texts: Store<string, string>;
  readonly coordinator: Coordinator<string>;
  readonly released: Release<string>[];
}

/** `onRelease` sees each effect after it has been collected. */
export function lineOf(options: CoordinatorOptions = {}, onRelease?: (release: Release<string>) => void): Line {
  const clock = new FakeClock();
  const journal = new MemoryJournal();
  const stores = new Stores();
  const numbers = stores.open<string, number>('numbers');
  const texts = stores.open<string, string>('texts');
  const coordinator = coordinatorOn<string>({ stores, clock, journal }, options);
  const released: Release<string>[] = [];
  coordinator.dispatchTo((release) => {
    released.push(release);
    onRelease?.(release);
  });
  return { clock, journal, stores, numbers, texts, coordinator, released };
}

/** A work of the order lane unless told otherwise. */
export function work<R>(run: Work<string, R>['run'], rest: Partial<Omit<Work<string, R>, 'run'>> = {}): Work<string, R> {
  return { lane: 'order', name: 'test', cause: { kind: 'system', text: 'Test' }, ...rest, run };
}

/** A promise that the test settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

export function deferred<T>(): Deferred<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { promise, resolve, reject };
}
