import type { Socket } from 'node:net';
import type { DoorClock } from '#desk/entrance/door';

/** Sockets that have shown no token. A browser opens six at once for a page's files. */
export const MAX_STRANGERS = 16;
/** A stranger's whole request has to be here by then. */
export const STRANGER_MS = 5_000;
/** Sockets of sessions: eight sessions with some screens each. */
const MAX_KNOWN = 64;

interface Stranger {
  readonly stopWaiting: () => void;
  /** A request of it is complete: it is being answered, or has been. */
  asked: boolean;
}

/**
 * Who is connected. Strangers have a small room of their own: the one that has waited longest without asking anything makes room
 * for a new one, so that who hangs around can never keep the operator out.
 */
export class Crowd {
  readonly #clock: DoorClock;
  readonly #tooLate: (socket: Socket) => void;
  readonly #strangers = new Map<Socket, Stranger>();
  readonly #known = new Set<Socket>();

  /** `tooLate` answers a stranger that has not asked in time; the socket is destroyed after that. */
  constructor(clock: DoorClock, tooLate: (socket: Socket) => void) {
    this.#clock = clock;
    this.#tooLate = tooLate;
  }

  get strangers(): number {
    return this.#strangers.size;
  }

  enter(socket: Socket): void {
    if (this.#strangers.size >= MAX_STRANGERS) this.#makeRoom();
    const stopWaiting = this.#clock.after(STRANGER_MS, () => {
      if (this.#strangers.get(socket)?.asked === false) this.#tooLate(socket);
    });
    this.#strangers.set(socket, { stopWaiting, asked: false });
    socket.once('close', () => {
      this.#leave(socket);
      this.#known.delete(socket);
    });
  }

  /** A whole request has come over it. */
  asked(socket: Socket): void {
    const stranger = this.#strangers.get(socket);
    if (stranger !== undefined) stranger.asked = true;
  }

  /** It has shown a token or a session. False: there are too many of these, and it stays a stranger. */
  know(socket: Socket): boolean {
    if (this.#known.has(socket)) return true;
    if (this.#known.size >= MAX_KNOWN) return false;
    this.#leave(socket);
    this.#known.add(socket);
    return true;
  }

  #leave(socket: Socket): void {
    this.#strangers.get(socket)?.stopWaiting();
    this.#strangers.delete(socket);
  }

  #makeRoom(): void {
    const oldest = [...this.#strangers].find(([, stranger]) => !stranger.asked) ?? [...this.#strangers][0];
    if (oldest === undefined) return;
    this.#leave(oldest[0]);
    oldest[0].destroy();
  }
}
