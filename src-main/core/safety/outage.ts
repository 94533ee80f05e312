import type { LinkProblem } from '#core/ports/broker';
import { isLoginDay } from '#domain/reset-window';
import { log, type OutageRecord } from '#core/state/records';
import { commit, type Slice } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';

type Desk = Slice<'clock' | 'coordinator' | 'exchange' | 'link' | 'stores'>;

const MINUTE = 60_000;
/** After the alarm of its beginning; from an hour on each reminder takes twice as long as the one before. */
const REMIND_AT = [1, 5, 10, 30, 60].map((minutes) => minutes * MINUTE);
/** TWS restarts within a minute or two; whoever is away for longer waits for a hand. */
const LOGIN_AFTER_MS = 5 * MINUTE;
const LOGIN_DAY_AFTER_MS = MINUTE;

/** Nobody is logged in behind the port, or TWS is not there at all. */
const WANTS_LOGIN: ReadonlySet<LinkProblem> = new Set<LinkProblem>(['port-closed', 'no-handshake', 'no-ids']);
/** Not for want of a connection: these wait for the operator's word. */
const NO_OUTAGE: ReadonlySet<LinkProblem> = new Set<LinkProblem>([
  'not-started',
  'stopped',
  'live-not-allowed',
  'port-mismatch',
  'account-changed',
]);

type Kind = OutageRecord['kind'];

/** How many reminders an outage of this length has had. */
function remindersAfter(ms: number): number {
  let due = REMIND_AT.filter((at) => at <= ms).length;
  for (let at = 2 * (REMIND_AT.at(-1) ?? MINUTE); at <= ms; at *= 2) due += 1;
  return due;
}

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours > 0) return `${hours} h${minutes === 0 ? '' : ` ${minutes} min`}`;
  return minutes > 0 ? `${minutes} min${rest === 0 ? '' : ` ${rest} s`}` : `${rest} s`;
}

function kindNow(desk: Desk, before: OutageRecord, ms: number): Kind {
  const { link } = desk;
  if (link.upstream === 'down') return 'upstream';
  if (link.ready || (link.problem !== undefined && NO_OUTAGE.has(link.problem.code))) return 'none';
  const wants = link.problem !== undefined && WANTS_LOGIN.has(link.problem.code);
  const after = isLoginDay(desk.exchange.now()) ? LOGIN_DAY_AFTER_MS : LOGIN_AFTER_MS;
  // While it waits for a log-in, attempts fail in different ways.
  if (before.kind === 'login' || (wants && ms >= after)) return 'login';
  return 'socket';
}

/** What stands in the banner and in each reminder. */
export function outageText(desk: Pick<DeskView, 'link'>, kind: Kind, ms: number): string {
  const lasted = durationText(Math.floor(ms / MINUTE) * MINUTE);
  if (kind === 'upstream')
    return `TWS has had no connection to IB for ${lasted}. Nothing leaves, fills may be told late; TWS connects again by itself. Look at TWS and at IB's page of the system status.`;
  if (kind === 'login')
    return `LOGIN REQUIRED: no connection to TWS for ${lasted}. Log in to TWS or IB Gateway, with the second factor; once a week, on Sunday, IB asks for it anew. The desk then connects and compares by itself, and stays paused and disarmed as it is.`;
  return `No connection to TWS for ${lasted}. ${desk.link.problem?.text ?? ''}`.trim();
}

/**
 * K-04, K-05, K-07: an outage is told when it begins (link-news), again while it lasts, and at its end with its length. Nothing is told
 * before the first connection of a process: then the operator sits before it. Called with every link news and twice a second.
 */
export function watchOutage(desk: Desk): void {
  const before = desk.stores.outage.get('desk');
  if (before === undefined) {
    if (desk.link.ready) set(desk, { kind: 'none', since: desk.clock.now(), reminded: 0 }, 'connected for the first time');
    return;
  }
  const now = desk.clock.now();
  const ms = before.kind === 'none' ? 0 : now - before.since;
  const kind = kindNow(desk, before, ms);
  if (kind === 'none') {
    if (before.kind !== 'none')
      set(desk, { kind, since: now, reminded: 0 }, 'the connection is back', `Connected again after ${durationText(ms)}.`);
    return;
  }
  if (before.kind === 'none') {
    set(desk, { kind, since: now, reminded: 0 }, `outage: ${kind}`);
    return;
  }
  const reminded = Math.max(before.reminded, remindersAfter(ms));
  const turned = kind !== before.kind;
  if (!turned && reminded === before.reminded) return;
  const told = reminded > before.reminded || (turned && kind === 'login');
  set(desk, { kind, since: before.since, reminded }, `outage: ${kind}`, told ? outageText(desk, kind, ms) : undefined, 'alarm');
}

function set(desk: Desk, record: OutageRecord, cause: string, line?: string, level: 'info' | 'alarm' = 'info'): void {
  commit(desk, 'risk-reducing', 'outage', { kind: 'system', text: cause }, (tx) => {
    tx.set(desk.stores.outage, 'desk', record);
    if (line !== undefined) log(tx, level, line);
  });
}
