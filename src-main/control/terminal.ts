import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DeskDoor, SessionsPort } from '#desk/entrance/door';
import type { Scope, SessionRow } from '#protocol/session';
import type { Control } from './start-control.ts';

export interface TerminalOptions {
  readonly input: Readable;
  readonly say: (line: string) => void;
  readonly door: DeskDoor;
  readonly sessions: SessionsPort;
  readonly control: Pick<Control, 'issueUrl'>;
}

export interface Terminal {
  /** While it is not listened to, the desk has no terminal. */
  listen(on: boolean): void;
  close(): void;
}

const HELP: readonly string[] = [
  'Enter or operate   a fresh address of the console, opens once',
  'read               an address that may only look',
  'kill               an address that may look and kill; "kill now" kills from here',
  'sessions           who may see or steer this desk',
  'revoke N           ends session N at once',
  'yes CODE, no       allows what a console asks for, or nothing of it',
  'help               this list',
];

/** The desk's third door: whoever sits at its terminal needs no token. One line, one answer. */
export function openTerminal(options: TerminalOptions): Terminal {
  const { input, say, door } = options;
  const lines = createInterface({ input, terminal: false });
  let detach: (() => void) | null = null;
  lines.on('line', (line) => {
    if (detach !== null) void answerLine(line, options).then((answers) => answers.forEach((answer) => say(answer)));
  });
  const listen = (on: boolean): void => {
    if (on === (detach !== null)) return;
    if (on) {
      detach = door.terminal.attach(say);
      lines.resume();
    } else {
      detach?.();
      detach = null;
      lines.pause();
    }
  };
  const gone = (): void => {
    detach?.();
    detach = null;
  };
  lines.on('close', gone);
  // A terminal that went away is no defect of the desk.
  input.on('error', gone);
  return { listen, close: () => lines.close() };
}

type Act = (value: string, options: TerminalOptions) => readonly string[] | Promise<readonly string[]>;

function address(control: TerminalOptions['control'], scope: Scope, what: string): string {
  return `${what}, opens once: ${control.issueUrl(scope)}`;
}

const fresh: Act = (_value, { control }) => [address(control, 'operate', 'Console')];

/** Words that stand alone, and words that one value follows. */
const ALONE: ReadonlyMap<string, Act> = new Map<string, Act>([
  ['', fresh],
  ['operate', fresh],
  ['read', (_value, { control }) => [address(control, 'read', 'Console that may only look')]],
  ['kill', (_value, { control }) => [address(control, 'kill', 'Console that may only look and kill'), 'To kill from here: kill now']],
  ['sessions', (_value, { sessions }) => sessionLines(sessions.list())],
  ['no', (_value, { door }) => [door.terminal.refuse()]],
  ['help', () => HELP],
]);
const WITH_VALUE: ReadonlyMap<string, Act> = new Map<string, Act>([
  ['revoke', (value, { sessions }) => [sessions.revoke(Number(value)) ? `Session ${value} is ended.` : `There is no session ${value}.`]],
  ['yes', async (value, { door }) => [await door.terminal.confirm(value)]],
  ['kill', killNow],
]);

function killNow(value: string, { door }: TerminalOptions): readonly string[] {
  if (value.toLowerCase() !== 'now') return unknownWord(`kill ${value}`);
  door.kill('as-set', 'terminal');
  return ['KILL: the gate for new orders is shut, orders are being cancelled. The console shows the result.'];
}

/** What a line does, and what is said about it. */
async function answerLine(line: string, options: TerminalOptions): Promise<readonly string[]> {
  const [word = '', value, ...more] = line.trim().split(/\s+/);
  const act = (value === undefined ? ALONE : WITH_VALUE).get(word.toLowerCase());
  return act === undefined || more.length > 0 ? unknownWord(line) : act(value ?? '', options);
}

function unknownWord(line: string): readonly string[] {
  return [`Nothing is known here as "${line.trim().slice(0, 40)}". help lists what is.`];
}

function sessionLines(rows: readonly SessionRow[]): readonly string[] {
  if (rows.length === 0) return ['No session. Enter prints an address.'];
  return rows.map((row) => {
    const screens = row.screens === 1 ? '1 screen open' : `${row.screens} screens open`;
    const times = `opened ${spanText(row.openedAgo)} ago, last heard ${spanText(row.silentFor)} ago, ends in ${spanText(row.endsIn)}`;
    return `${row.id}  ${row.scope.padEnd(7)}  ${screens}, ${times}`;
  });
}

/** e.g. `3 min`. */
function spanText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
