import type { ConsoleAssets } from '#desk/entrance/console-assets';
import { consoleHeaders } from '#desk/entrance/console-policy';
import { FAILED_PATH, isOwnUrl } from './origin.ts';

const HEADERS = consoleHeaders("'none'");

const FAILED_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>TriggerDesk: the console crashed</title></head>
<body>
<h1>The console crashed three times in five minutes</h1>
<p>Only this window stopped. The desk itself is running: armed triggers stay armed, orders keep working.</p>
<p>Pause and Kill are in the menu <b>Desk</b>, in the tray and on their global keys. <b>View → Reload console</b> tries again.</p>
</body>
</html>
`;

/** Answers app://triggerdesk/… from the loaded files, with the policy on every answer. */
export function serveConsole(assets: ConsoleAssets, request: { readonly url: string; readonly method: string }): Response {
  if (request.method !== 'GET') return plain(405, 'method not allowed');
  if (!isOwnUrl(request.url)) return plain(404, 'not found');
  const path = pathOf(request.url);
  if (path === FAILED_PATH) return new Response(FAILED_PAGE, { headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8' } });
  const asset = path === null ? null : assets.find(path);
  if (asset === null) return plain(404, 'not found');
  return new Response(asset.body, { headers: { ...HEADERS, 'content-type': asset.type } });
}

function pathOf(url: string): string | null {
  try {
    return decodeURIComponent(new URL(url).pathname);
  } catch {
    return null;
  }
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } });
}
