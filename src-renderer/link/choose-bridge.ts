import type { LinkBridge } from './bridge.ts';
import { WebSocketBridge } from './web-socket-bridge.ts';

const SESSION = 'desk-session';

/** Where the preload is missing and no session came: nothing is ever said over it. */
const NO_SESSION: LinkBridge = {
  call: () => Promise.reject(new Error('this page has no session')),
  subscribe: () => () => undefined,
  onState: (listener) => {
    listener({ phase: 'no-session', why: 'none' });
    return () => undefined;
  },
};

/** In the desktop window the preload offers the bridge; a page served by the daemon brings its session in a meta element. */
export function chooseBridge(page: Window): LinkBridge {
  if (page.desk !== undefined) return page.desk;
  const token = takeSession(page);
  if (token === '') return NO_SESSION;
  const secure = page.location.protocol === 'https:';
  return new WebSocketBridge({ url: `${secure ? 'wss' : 'ws'}://${page.location.host}/stream`, token });
}

/** Moves the session out of the page, so that it is not left in the document and the one-time address is not reloaded. */
function takeSession(page: Window): string {
  const meta = page.document.querySelector<HTMLMetaElement>('meta[name="desk-session"]');
  const given = meta?.content ?? '';
  meta?.remove();
  if (given === '') return page.sessionStorage.getItem(SESSION) ?? '';
  page.sessionStorage.setItem(SESSION, given);
  page.history.replaceState(null, '', '/');
  return given;
}
