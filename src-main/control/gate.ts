import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The parts of a request that decide whether it is looked at. */
export interface Knock {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** How many Host headers came; Node keeps the first and says nothing. */
  readonly hosts: number;
  readonly upgrade: boolean;
}

export function knockOf(request: IncomingMessage, upgrade: boolean): Knock {
  const { method = '', url = '', headers } = request;
  return { method, url, headers, hosts: request.headersDistinct['host']?.length ?? 0, upgrade };
}

export interface Refusal {
  readonly status: 400 | 403 | 405 | 413 | 421;
  readonly text: string;
}

const MAX_BODY = 64 * 1024;

/** The only names under which this page may be reached: a rebound DNS name is not among them. */
export function allowedHosts(port: number): ReadonlySet<string> {
  return new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
}

/**
 * Judged before any routing. A page of another origin can make a browser knock here, but it cannot choose Host, Origin or
 * Sec-Fetch-Site.
 */
export function judge(knock: Knock, hosts: ReadonlySet<string>): Refusal | null {
  const { headers } = knock;
  if (knock.hosts > 1) return refuse(400, 'A request has one Host.');
  if (headers.host === undefined || !hosts.has(headers.host)) return refuse(421, 'This address is not served here.');
  const { origin } = headers;
  if (origin === undefined ? knock.upgrade : !isOwnOrigin(origin, hosts)) return refuse(403, 'Requests of other pages are refused.');
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none' && site !== 'same-origin' && !isHandedOver(knock))
    return refuse(403, 'Requests of other pages are refused.');
  if (knock.method !== 'GET' && knock.method !== 'HEAD') return refuse(405, 'Only GET is served here.');
  return bodyRefusal(headers);
}

/**
 * The address as a file on this machine hands it over (npm start): a page of another site, by the rules of browsers. It is let in as a
 * whole window alone, so that nobody is framed, and with a token, which is what decides; another page has none.
 */
function isHandedOver({ method, url, headers, upgrade }: Knock): boolean {
  const window = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return window && method === 'GET' && !upgrade && url.startsWith('/?token=');
}

function bodyRefusal(headers: IncomingHttpHeaders): Refusal | null {
  const length = headers['content-length'];
  if (length !== undefined && Number(length) > MAX_BODY) return refuse(413, 'The request is too large.');
  if (headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0'))
    return refuse(400, 'A request here has no body.');
  return null;
}

function isOwnOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  return origin.startsWith('http://') && hosts.has(origin.slice('http://'.length));
}

function refuse(status: Refusal['status'], text: string): Refusal {
  return { status, text };
}
