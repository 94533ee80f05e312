import type { Gateway } from '#simulator/gateway/gateway';
import type { HookName } from '#simulator/gateway/script-hooks';

/** When a step happens: so many ms of tape time after the script began, or at the n-th (1, 2 …) hook of a kind since then, of one client or of any. */
export type When = { readonly after: number } | { readonly event: HookName; readonly n: number; readonly client?: number };

export interface Step<Action> {
  readonly when: When;
  readonly do: Action;
}

/** One step that has happened. */
export interface Happened<Action> {
  /** Tape time, epoch ms. */
  readonly at: number;
  readonly step: number;
  readonly action: Action;
}

/**
 * A script in the course of a run. It reads no clock and rolls no dice, so a run that is the same up to a step is the same
 * after it.
 */
export class ScriptRun<Action> {
  readonly log: Happened<Action>[] = [];
  /** What steps that take their time could not do: a port that was not to be had again. */
  readonly trouble: string[] = [];
  readonly #gateway: Pick<Gateway, 'timetable' | 'hooks' | 'now'>;
  readonly #act: (action: Action) => void | Promise<void>;
  readonly #steps: number;
  #undo: (() => void)[] = [];

  constructor(
    gateway: Pick<Gateway, 'timetable' | 'hooks' | 'now'>,
    steps: readonly Step<Action>[],
    act: (action: Action) => void | Promise<void>,
  ) {
    this.#gateway = gateway;
    this.#act = act;
    this.#steps = steps.length;
    steps.forEach((step, index) => this.#arm(step, index));
  }

  get finished(): boolean {
    return this.log.length === this.#steps;
  }

  /** Steps that have not happened never will. What has happened stays. */
  stop(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
  }

  #arm({ when, do: action }: Step<Action>, step: number): void {
    if ('after' in when) {
      this.#undo.push(this.#gateway.timetable.plan(this.#gateway.now + when.after, () => this.#happen(step, action)));
      return;
    }
    let left = when.n;
    const unlisten = this.#gateway.hooks.listen((hook) => {
      if (hook.name !== when.event || (when.client !== undefined && when.client !== hook.clientId) || --left > 0) return;
      unlisten();
      this.#happen(step, action);
    });
    this.#undo.push(unlisten);
  }

  #happen(step: number, action: Action): void {
    this.log.push({ at: this.#gateway.now, step, action });
    const under = this.#act(action);
    under?.catch((error: unknown) => this.trouble.push(error instanceof Error ? error.message : String(error)));
  }
}
