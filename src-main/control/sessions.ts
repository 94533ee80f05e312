import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DoorClock, SessionsPort } from '#desk/entrance/door';
import type { Scope, SessionEnd, SessionRow } from '#protocol/session';

const TOKEN_BYTES = 32;
const MAX_INVITATIONS = 8;
const MAX_SESSIONS = 8;
const MAX_ENDED = 32;
const MINUTE = 60_000;
/** An address stands in the terminal for everybody who passes by. */
export const INVITATION_MS = 15 * MINUTE;
/** Without an open screen. A tab that is closed loses its session's secret anyway. */
export const IDLE_MS = 30 * MINUTE;
/** As often as TWS itself asks for a password again. */
export const LIFE_MS = 7 * 24 * 60 * MINUTE;
const SWEEP_MS = MINUTE;

interface Invitation {
  readonly digest: Buffer;
  readonly scope: Scope;
  /** Monotonic ms. */
  readonly at: number;
}

/** Times are monotonic ms. */
export interface Session {
  readonly id: number;
  readonly scope: Scope;
  readonly digest: Buffer;
  readonly opened: number;
  readonly screens: Set<(how: SessionEnd) => void>;
  seen: number;
}

/**
 * Invitations open one session each, once. Only digests are kept, compared in constant time. A session ends when it is revoked, when
 * no screen of it was open for a while, and after a week. A ninth takes the place of the one that nobody looks at, or of the oldest.
 */
export class Sessions implements SessionsPort {
  readonly #clock: DoorClock;
  #invitations: readonly Invitation[] = [];
  #sessions: readonly Session[] = [];
  #ended: readonly { readonly digest: Buffer; readonly how: SessionEnd }[] = [];
  #lastId = 0;
  #stopSweep: () => void;

  constructor(clock: DoorClock) {
    this.#clock = clock;
    const again = (): void => {
      this.#sweep();
      this.#stopSweep = clock.after(SWEEP_MS, again);
    };
    this.#stopSweep = clock.after(SWEEP_MS, again);
  }

  close(): void {
    this.#stopSweep();
  }

  /** A fresh token for an address to open. */
  invite(scope: Scope): string {
    const token = fresh();
    const invitation = { digest: digest(token), scope, at: this.#clock.monotonic() };
    this.#invitations = [...this.#invitations.slice(1 - MAX_INVITATIONS), invitation];
    return token;
  }

  /** Whether it would open a session; it is not used up by asking. */
  isInvitation(token: string): boolean {
    this.#sweep();
    return matching(this.#invitations, digest(token)) !== undefined;
  }

  /** The session's own token; null when the invitation is unknown, was used or is too old. */
  accept(invitation: string): { readonly token: string; readonly session: Session } | null {
    this.#sweep();
    const found = matching(this.#invitations, digest(invitation));
    if (found === undefined) return null;
    this.#invitations = this.#invitations.filter((other) => other !== found);
    if (this.#sessions.length >= MAX_SESSIONS) {
      const oldest = this.#sessions.find((session) => session.screens.size === 0) ?? this.#sessions[0];
      if (oldest !== undefined) this.#end(oldest, 'expired');
    }
    const token = fresh();
    this.#lastId += 1;
    const now = this.#clock.monotonic();
    const session: Session = { id: this.#lastId, scope: found.scope, digest: digest(token), opened: now, seen: now, screens: new Set() };
    this.#sessions = [...this.#sessions, session];
    return { token, session };
  }

  /** The session of a token, or why there is none. */
  find(token: string): Session | SessionEnd {
    this.#sweep();
    const given = digest(token);
    return matching(this.#sessions, given) ?? matching(this.#ended, given)?.how ?? 'unknown';
  }

  /** A screen of the session is open until the returned function is called; `cut` is called when the session ends before. */
  attach(session: Session, cut: (how: SessionEnd) => void): () => void {
    session.screens.add(cut);
    return () => {
      this.saw(session);
      session.screens.delete(cut);
    };
  }

  saw(session: Session): void {
    session.seen = this.#clock.monotonic();
  }

  list(): readonly SessionRow[] {
    this.#sweep();
    const now = this.#clock.monotonic();
    return this.#sessions.map(({ id, scope, opened, seen, screens }) => {
      return { id, scope, openedAgo: now - opened, silentFor: now - seen, endsIn: opened + LIFE_MS - now, screens: screens.size };
    });
  }

  revoke(id: number): boolean {
    const session = this.#sessions.find((other) => other.id === id);
    if (session === undefined) return false;
    this.#end(session, 'revoked');
    return true;
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    this.#invitations = this.#invitations.filter((invitation) => now - invitation.at < INVITATION_MS);
    for (const session of this.#sessions) {
      const idle = session.screens.size === 0 && now - session.seen >= IDLE_MS;
      if (idle || now - session.opened >= LIFE_MS) this.#end(session, 'expired');
    }
  }

  #end(session: Session, how: SessionEnd): void {
    this.#sessions = this.#sessions.filter((other) => other !== session);
    this.#ended = [...this.#ended.slice(1 - MAX_ENDED), { digest: session.digest, how }];
    for (const cut of [...session.screens]) cut(how);
  }
}

/** Every entry is looked at, so that the time it takes does not say which one it was. */
function matching<T extends { readonly digest: Buffer }>(held: readonly T[], given: Buffer): T | undefined {
  let found: T | undefined;
  for (const entry of held) if (timingSafeEqual(entry.digest, given)) found = entry;
  return found;
}

function fresh(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Of equal length whatever is given, as the constant-time comparison needs. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
