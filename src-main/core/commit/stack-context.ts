import type { ContextPort, ExecutionContext } from '#core/ports/context';

/** The context of synchronous code alone: a plain stack. For tests and replays that must not depend on Node. */
export class StackContext implements ContextPort {
  readonly #stack: ExecutionContext[] = [];

  run<A, R>(context: ExecutionContext, fn: (argument: A) => R, argument: A): R {
    this.#stack.push(context);
    try {
      return fn(argument);
    } finally {
      this.#stack.pop();
    }
  }

  current(): ExecutionContext | undefined {
    return this.#stack.at(-1);
  }
}
