import type { Caller, TerminalDoor } from './door.ts';
import type { Question } from './router.ts';

/** Long enough to walk over to the terminal. */
export const CONFIRM_MS = 120_000;
const MOST_WAITING = 4;

export interface ConfirmationPorts {
  /** Monotonic ms. */
  monotonic(): number;
  /** A short code for a person to copy. */
  code(): string;
}

interface Waiting extends Question {
  readonly code: string;
  readonly until: number;
}

/**
 * What consoles ask for and a person at the terminal allows. The code stands on the page alone: who types it sees the page that asks.
 * A console has one question at a time, a new one takes the place of the old.
 */
export class Confirmations implements TerminalDoor {
  readonly #ports: ConfirmationPorts;
  #waiting: readonly Waiting[] = [];
  #say: ((line: string) => void) | null = null;

  constructor(ports: ConfirmationPorts) {
    this.#ports = ports;
  }

  attach(say: (line: string) => void): () => void {
    this.#say = say;
    return () => {
      if (this.#say === say) this.#say = null;
    };
  }

  /** What the console is told: the line to type, or that there is nobody to type it. */
  ask(question: Question): string {
    const { what, caller } = question;
    if (this.#say === null)
      return `To ${what} a person at the desk's terminal has to say yes, and this desk has no terminal. Stop it and start it in one (npm start, also inside tmux or screen); a kill stays latched meanwhile.`;
    const others = this.#open().filter((other) => other.caller !== caller);
    let code = this.#ports.code();
    while (others.some((other) => other.code === code)) code = this.#ports.code();
    const until = this.#ports.monotonic() + CONFIRM_MS;
    this.#waiting = [...others.slice(1 - MOST_WAITING), { ...question, code, until }];
    this.#say(`${caller.by} asks to ${what}. Type yes and the code that its page shows, or no. It lapses in two minutes.`);
    return `Confirm at the terminal to ${what}: type yes ${code} there. It is done then; nothing has happened yet.`;
  }

  async confirm(code: string): Promise<string> {
    const question = this.#open().find((other) => other.code === code);
    if (question === undefined) return 'Nothing waits under this code; nothing was done.';
    this.#waiting = this.#waiting.filter((other) => other !== question);
    const reply = await question.run(confirmed(question.caller));
    return reply.ok ? `Done: ${question.what}.` : `Not done: ${reply.error.text}`;
  }

  refuse(): string {
    const count = this.#open().length;
    this.#waiting = [];
    return count === 0 ? 'Nothing waits for a word.' : 'Nothing of what was asked will be done.';
  }

  /** A console that is gone asks nothing any more. */
  #open(): readonly Waiting[] {
    const now = this.#ports.monotonic();
    this.#waiting = this.#waiting.filter((question) => question.until > now && !question.caller.closed);
    return this.#waiting;
  }
}

/** As the journal names who did it. */
function confirmed(caller: Caller): Caller {
  const { id, scope, session } = caller;
  const by = `${caller.by}, confirmed at the terminal`;
  return { id, by, scope, session, atDesk: true, closed: false, stream: () => caller.stream() };
}
