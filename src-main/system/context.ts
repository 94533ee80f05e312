import { AsyncLocalStorage } from 'node:async_hooks';
import type { ContextPort, ExecutionContext } from '#core/ports/context';

/** Carries the context through awaits, timers and callbacks that begin inside an execution. */
export class AsyncContext implements ContextPort {
  readonly #storage = new AsyncLocalStorage<ExecutionContext>();

  run<A, R>(context: ExecutionContext, fn: (argument: A) => R, argument: A): R {
    return this.#storage.run(context, fn, argument);
  }

  current(): ExecutionContext | undefined {
    return this.#storage.getStore();
  }
}
