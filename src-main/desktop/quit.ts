import type { QuitSummary } from '#desk/entrance/door';

export interface QuitPorts {
  armed(): boolean;
  summary(): QuitSummary;
  /** True when the operator wants to quit all the same. */
  ask(text: QuitQuestion): Promise<boolean>;
  /** Stops the desk in order. */
  stop(): Promise<void>;
  /** Ends the program; `mayQuit` answers true by then. */
  leave(): void;
  failed(error: unknown): void;
}

export interface QuitQuestion {
  readonly message: string;
  readonly detail: string;
}

/** Leaving the program: asked while anything is armed or works at the broker, the desk stopped first, each of it once. */
export class Quit {
  readonly #ports: QuitPorts;
  #state: 'running' | 'asking' | 'stopping' | 'stopped' = 'running';

  constructor(ports: QuitPorts) {
    this.#ports = ports;
  }

  get mayQuit(): boolean {
    return this.#state === 'stopped';
  }

  /** `asked: false` skips the question: the system is shutting down, or the operator has already answered. */
  async request(asked = true): Promise<void> {
    if (this.#state !== 'running' && !(this.#state === 'asking' && !asked)) return;
    const question = asked ? this.#question() : undefined;
    if (question !== undefined) {
      this.#state = 'asking';
      const confirmed = await this.#ports.ask(question);
      if (this.#left()) return;
      if (!confirmed) {
        this.#state = 'running';
        return;
      }
    }
    this.#state = 'stopping';
    try {
      await this.#ports.stop();
    } catch (error) {
      this.#ports.failed(error);
    }
    this.#state = 'stopped';
    this.#ports.leave();
  }

  /** What the operator should know before he leaves; undefined: nothing of his goes on or ends with the program. */
  #question(): QuitQuestion | undefined {
    const armed = this.#ports.armed();
    const summary = this.#ports.summary();
    return armed || summary.continues.length > 0 ? quitQuestion(armed, summary) : undefined;
  }

  /** Something else carried on to the end while the question was open. */
  #left(): boolean {
    return this.#state !== 'asking';
  }
}

function quitQuestion(armed: boolean, summary: QuitSummary): QuitQuestion {
  const list = (lines: readonly string[]): string => (lines.length === 0 ? '  nothing' : lines.map((line) => `  • ${line}`).join('\n'));
  return {
    message: armed ? 'Triggers are armed. Quit TriggerDesk?' : 'Orders work at the broker. Quit TriggerDesk?',
    detail: `Continues at the broker:\n${list(summary.continues)}\n\nStops with this program:\n${list(summary.stops)}`,
  };
}
