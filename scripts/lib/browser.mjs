// Opens a page in the person's browser. A browser that does not open is no failure: the address is printed as well.
import { spawn } from 'node:child_process';

/** @param {string} url @param {NodeJS.Platform} [platform] @param {NodeJS.ProcessEnv} [env] @returns {readonly [string, readonly string[]] | undefined} */
export function openerFor(url, platform = process.platform, env = process.env) {
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  if (platform === 'darwin') return ['open', [url]];
  // Without a display xdg-open falls back to a text browser that would take the terminal.
  return (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '' ? ['xdg-open', [url]] : undefined;
}

/** @param {string} url */
export function openBrowser(url) {
  const opener = openerFor(url);
  if (opener === undefined) return;
  const child = spawn(opener[0], opener[1], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
