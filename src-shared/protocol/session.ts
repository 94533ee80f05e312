/** What a console may do. Each holds what stands before it. */
export const SCOPES = ['read', 'kill', 'operate'] as const;
export type Scope = (typeof SCOPES)[number];

/** Why a page has no session, or has one no more. */
export type SessionEnd = 'unknown' | 'expired' | 'revoked';

/** Close codes of the stream's WebSocket: a page tells them apart without reading words. */
export const SESSION_ENDS: Readonly<Record<SessionEnd, number>> = { unknown: 4401, expired: 4402, revoked: 4403 };

/** What a page is told about itself when its stream opens. */
export interface OwnSession {
  readonly id: number;
  readonly scope: Scope;
}

/** One session as the operator sees it, at the moment of asking; times are ms that have passed or will. */
export interface SessionRow {
  readonly id: number;
  readonly scope: Scope;
  readonly openedAgo: number;
  /** Since the last word that came from it. */
  readonly silentFor: number;
  /** It ends then in any case; with no screen open, earlier. */
  readonly endsIn: number;
  /** Screens of this session that are open now. */
  readonly screens: number;
}
