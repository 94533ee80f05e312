import { parseArgs } from 'node:util';
import { err, ok, type Result } from '#domain/result';
import { NEWEST_LAYOUT, OLDEST_LAYOUT } from '#simulator/gateway/tcp-server';
import type { SimulatorOptions } from './simulator.ts';

export const HELP = `A TWS gateway in a box: serves a recorded or invented market to API clients.

  npm run simulator -- [options]

  --port N        port to listen on (4002)
  --tape FILE     gzip CSV of ticks; may be given several times. The symbol comes from the file's name
                  (ticks-IBM-….csv.gz), from the file itself, or in front: --tape IBM=FILE
  --synthetic     an invented market instead of a tape (also when no tape is given)
  --loop          when the tape ends, begin it anew on the next trading day
  --speed N       1 to 1000 times the tape's pace, or max (1)
  --seed N        seed of everything that is left to chance (1)
  --account ID    paper account id (DU1234567)
  --cash N        dollars to begin with (1000000)
  --master N      client that hears of everybody's orders, as TWS's "Master API client ID" (none)
  --faults FILE   a fault plan in JSON, played from the start
  --ledger FILE   append every order, execution and end to FILE, as lines of JSON
  --server-version N
                  newest protocol version spoken, 177 to 193 (193)
  --all-hours     orders trade at any hour, not only in their session
  --help          this text
`;

export type Command =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'run';
      readonly options: SimulatorOptions;
      /** Path of a fault plan. */
      readonly faults?: string;
    };

/** The words of the command line → what to start, or one sentence on what is wrong with them. */
export function readCommandLine(words: readonly string[]): Result<Command> {
  const parsed = parseWords(words);
  if (!parsed.ok) return parsed;
  const values = parsed.value;
  if (values.help) return ok({ kind: 'help' });
  const figures = readFigures(values);
  if (!figures.ok) return figures;
  const tapes = values.tape ?? [];
  if (values.synthetic && tapes.length > 0) return err('Give --synthetic or --tape, not both.');
  const market =
    tapes.length === 0 ? ({ kind: 'synthetic' } as const) : ({ kind: 'tapes', tapes: tapes.map(readTapeWord), loop: values.loop } as const);
  const sessions = values['all-hours'] ? 'ignored' : 'enforced';
  const faults = values.faults === undefined ? {} : { faults: values.faults };
  const ledger = values.ledger === undefined ? {} : { ledgerFile: values.ledger };
  return ok({ kind: 'run', ...faults, options: { ...figures.value, sessions, market, ...ledger } });
}

type Words = Extract<ReturnType<typeof parseWords>, { readonly ok: true }>['value'];

// Its type is the parser's, which knows which words are always there.
function parseWords(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        port: { type: 'string', default: '4002' },
        tape: { type: 'string', multiple: true },
        synthetic: { type: 'boolean', default: false },
        loop: { type: 'boolean', default: false },
        speed: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        account: { type: 'string', default: 'DU1234567' },
        cash: { type: 'string', default: '1000000' },
        master: { type: 'string' },
        faults: { type: 'string' },
        ledger: { type: 'string' },
        'server-version': { type: 'string', default: String(NEWEST_LAYOUT) },
        'all-hours': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return ok(values);
  } catch (error) {
    return err(`${error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)}. Try --help.`);
  }
}

type Figures = Pick<SimulatorOptions, 'port' | 'speed' | 'seed' | 'cash' | 'account' | 'serverVersion' | 'masterClientId'>;

function readFigures(values: Words): Result<Figures> {
  const port = wholeNumber(values.port, 0, 65_535);
  if (port === undefined) return err(`--port ${values.port} is not a port; give a number from 0 to 65535.`);
  const speed = values.speed === 'max' ? 'max' : wholeNumber(values.speed, 1, 1000);
  if (speed === undefined) return err(`--speed ${values.speed} is not a speed; give a whole number from 1 to 1000, or max.`);
  const seed = wholeNumber(values.seed, 0, 4_294_967_295);
  if (seed === undefined) return err(`--seed ${values.seed} is not a seed; give a whole number from 0 to 4294967295.`);
  const cash = wholeNumber(values.cash, 1, 1_000_000_000);
  if (cash === undefined) return err(`--cash ${values.cash} is not an amount; give whole dollars up to 1000000000.`);
  const master = values.master === undefined ? undefined : wholeNumber(values.master, 0, 2_147_483_647);
  if (values.master !== undefined && master === undefined) return err(`--master ${values.master} is not a client id; give a whole number.`);
  if (!/^D[UF]\d{1,12}$/.test(values.account)) return err(`--account ${values.account} is not a paper account; it looks like DU1234567.`);
  const version = values['server-version'];
  const serverVersion = wholeNumber(version, OLDEST_LAYOUT, NEWEST_LAYOUT);
  if (serverVersion === undefined)
    return err(`--server-version ${version} is not a version; give a whole number from ${OLDEST_LAYOUT} to ${NEWEST_LAYOUT}.`);
  const masterClient = master === undefined ? {} : { masterClientId: master };
  return ok({ port, speed, seed, cash, account: values.account, serverVersion, ...masterClient });
}

function readTapeWord(word: string): { readonly path: string; readonly symbol?: string } {
  const match = /^([A-Z][A-Z0-9.]{0,9})=(.+)$/.exec(word);
  return match?.[1] !== undefined && match[2] !== undefined ? { symbol: match[1], path: match[2] } : { path: word };
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
}
