import { parseArgs } from 'node:util';
import { err, ok, type Result } from '#domain/result';

/** What the command line decides. Everything else is in the settings file. */
export interface DeskOptions {
  /** Run against the embedded simulator instead of TWS. */
  readonly simulator: boolean;
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** Port of the console served by the daemon; 0 takes any free one. */
  readonly httpPort: number;
  /** Folder for settings, journal and latch; the system's usual place when missing. */
  readonly data: string | undefined;
  /** First half of what a live account needs; the second is typed in the console. */
  readonly live: boolean;
  readonly tape: readonly string[];
  /** Tape speed: a factor, or `max`. */
  readonly speed: number | 'max';
  readonly seed: number;
}

export const USAGE = `TriggerDesk

  --simulator            run against the embedded simulator (npm start does this unless --no-simulator is given)
  --no-simulator         connect to TWS or IB Gateway
  --host HOST            where TWS listens (default: settings, 127.0.0.1)
  --port PORT            TWS's API port (default: settings, 7497; paper TWS 7497, paper Gateway 4002)
  --live                 allow a live account, after a typed confirmation in the console
  --data DIR             settings, journal and kill latch live here (default: the system's place for programs)
  --http-port PORT       daemon only: port of the console on 127.0.0.1 (default 0: any free one)
  --tape FILE            simulator only: recorded ticks instead of the demo tape (may be repeated)
  --speed N|max          simulator only: 1 to 1000 times, or as fast as possible
  --seed N               simulator only
  --help                 this text`;

function whole(text: string | undefined, name: string, low: number, high: number): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  const value = Number(text);
  return Number.isInteger(value) && value >= low && value <= high
    ? ok(value)
    : err(`--${name} takes a whole number from ${low} to ${high}, not "${text}".`);
}

const ARGUMENTS = {
  simulator: { type: 'boolean' },
  host: { type: 'string' },
  port: { type: 'string' },
  'http-port': { type: 'string' },
  data: { type: 'string' },
  live: { type: 'boolean' },
  tape: { type: 'string', multiple: true },
  speed: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Written = ReturnType<typeof parseArgs<{ options: typeof ARGUMENTS }>>['values'];

/** The arguments as they are written; what they mean together is judged by `parseOptions`. */
function written(args: readonly string[]): Result<Written> {
  try {
    return ok(parseArgs({ args: [...args], strict: true, allowPositionals: false, allowNegative: true, options: ARGUMENTS }).values);
  } catch (error) {
    return err(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function speedOf(text: string | undefined): Result<number | 'max'> {
  const speed = text === 'max' ? 'max' : Number(text ?? '1');
  return speed === 'max' || (speed > 0 && speed <= 1_000)
    ? ok(speed)
    : err(`--speed takes a factor from 1 to 1000 or max, not "${text ?? ''}".`);
}

/** Reads the arguments after the program's name. An error is a sentence for the terminal; `help` asks for USAGE. */
export function parseOptions(args: readonly string[]): Result<DeskOptions | 'help'> {
  const found = written(args);
  if (!found.ok) return found;
  const values = found.value;
  if (values.help === true) return ok('help');
  const port = whole(values.port, 'port', 1, 65_535);
  if (!port.ok) return port;
  const httpPort = whole(values['http-port'], 'http-port', 0, 65_535);
  if (!httpPort.ok) return httpPort;
  const seed = whole(values.seed, 'seed', 0, 2_147_483_647);
  if (!seed.ok) return seed;
  const speed = speedOf(values.speed);
  if (!speed.ok) return speed;
  const misplaced = misplacedOption(values);
  if (misplaced !== undefined) return err(misplaced);
  return ok({
    simulator: values.simulator === true,
    host: values.host,
    port: port.value,
    httpPort: httpPort.value ?? 0,
    data: values.data,
    live: values.live === true,
    tape: values.tape ?? [],
    speed: speed.value,
    seed: seed.value ?? 1,
  });
}

/** An option that says nothing about the gateway that was chosen; a sentence. */
function misplacedOption({ simulator, host, port, tape, speed }: Written): string | undefined {
  if (simulator === true)
    return host !== undefined || port !== undefined
      ? '--simulator is embedded; leave --host and --port away, or use --no-simulator.'
      : undefined;
  return tape !== undefined || speed !== undefined ? '--tape and --speed belong to --simulator.' : undefined;
}
