import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
const MAX_INVITATIONS = 8;
const MAX_SESSIONS = 8;

/**
 * Invitations open one session each, once; a session lasts as long as the program. Only digests are kept, compared in constant time.
 * The oldest session makes room for a ninth.
 */
export class Tokens {
  #invitations: Buffer[] = [];
  #sessions: Buffer[] = [];

  /** A fresh token for an address to open. */
  invite(): string {
    const token = fresh();
    this.#invitations = [...this.#invitations.slice(1 - MAX_INVITATIONS), digest(token)];
    return token;
  }

  /** The session's own token; null when the invitation is unknown or was used. */
  accept(invitation: string): string | null {
    const given = digest(invitation);
    const left = this.#invitations.filter((held) => !timingSafeEqual(held, given));
    if (left.length === this.#invitations.length) return null;
    this.#invitations = left;
    const session = fresh();
    this.#sessions = [...this.#sessions.slice(1 - MAX_SESSIONS), digest(session)];
    return session;
  }

  isSession(token: string): boolean {
    const given = digest(token);
    let found = false;
    for (const held of this.#sessions) found = timingSafeEqual(held, given) || found;
    return found;
  }
}

function fresh(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Of equal length whatever is given, as the constant-time comparison needs. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
