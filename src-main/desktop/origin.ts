export const SCHEME = 'app';
const ORIGIN = 'app://triggerdesk';
export const CONSOLE_URL = `${ORIGIN}/index.html`;
/** Shown when the page keeps crashing; it holds no script. */
export const FAILED_PATH = '/console-failed.html';
export const FAILED_URL = `${ORIGIN}${FAILED_PATH}`;

export interface SenderFrame {
  readonly url: string;
  readonly parent: unknown;
}

export interface Sender {
  readonly sender: { readonly id: number };
  readonly senderFrame: SenderFrame | null;
}

/** Only the top frame of the console's own window, showing the console's own page, may speak. */
export function isConsole(event: Sender, webContentsId: number): boolean {
  const frame = event.senderFrame;
  return event.sender.id === webContentsId && frame !== null && frame.parent === null && isOwnUrl(frame.url);
}

export function isOwnUrl(url: string): boolean {
  return url === ORIGIN || url.startsWith(`${ORIGIN}/`);
}

/** A page may only ever go to itself: a reload. */
export function mayNavigate(url: string): boolean {
  const bare = url.replace(/[?#].*$/, '');
  return bare === CONSOLE_URL || bare === `${ORIGIN}/`;
}

/** Requests that leave the machine's own program. The console needs none. */
export function leavesTheProgram(url: string): boolean {
  return /^(?:https?|wss?|ftp|file):/i.test(url);
}
