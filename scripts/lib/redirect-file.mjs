// Hands an address to the browser without showing it: what a program is started with, every user of the machine can read.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * A page that only this user can read and that goes on to `url`. `remove` may be called more than once.
 * @param {string} url
 * @returns {{ readonly page: string, readonly remove: () => void }} `page` is the address of the file
 */
export function redirectFile(url) {
  // mkdtemp makes the folder 0700; a folder that nobody else has made holds no link that somebody has laid.
  const folder = mkdtempSync(join(tmpdir(), 'triggerdesk-open-'));
  const file = join(folder, 'open.html');
  const target = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>TriggerDesk</title>
<meta http-equiv="refresh" content="0; url=${target}"></head>
<body><p>The console opens. If it does not: <a href="${target}" rel="noreferrer">open it</a>.</p></body>
</html>
`;
  writeFileSync(file, html, { mode: 0o600, flag: 'wx' });
  return {
    page: pathToFileURL(file).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
