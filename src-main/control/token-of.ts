import type { IncomingMessage } from 'node:http';

/** The subprotocol that carries a session's secret: a page cannot set headers on a WebSocket. */
export const TOKEN_PREFIX = 'desk.';

export function sessionOf(request: IncomingMessage): string | null {
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  const carrier = offered.find((name) => name.startsWith(TOKEN_PREFIX) && name.length > TOKEN_PREFIX.length);
  return carrier === undefined ? null : carrier.slice(TOKEN_PREFIX.length);
}

/** The one token of an address `/?token=…`; null when there is none, or more than one. */
export function invitationOf(request: IncomingMessage): string | null {
  const url = request.url ?? '';
  const at = url.indexOf('?');
  if (at < 0 || url.slice(0, at) !== '/') return null;
  const given = new URLSearchParams(url.slice(at + 1)).getAll('token');
  return given.length === 1 ? (given[0] ?? null) : null;
}
