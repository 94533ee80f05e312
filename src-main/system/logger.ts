import { pino, type Level } from 'pino';
import { createRedactor } from './redact.ts';

export interface Logger {
  info(text: string, detail?: Readonly<Record<string, unknown>>): void;
  warn(text: string, detail?: Readonly<Record<string, unknown>>): void;
  error(text: string, detail?: Readonly<Record<string, unknown>>): void;
  /** Accounts that TWS has named: they are hidden whatever they look like. */
  hide(accounts: readonly string[]): void;
  /** Writes what is still in memory. */
  flush(): void;
}

export interface LogSink {
  write(line: string): unknown;
  flushSync?(): void;
}

export interface LoggerOptions {
  readonly to: LogSink;
  readonly level?: Level;
}

/**
 * One JSON line an entry. Redaction works on the finished line, so that nothing escapes it: not a nested field, not the stack of an
 * error, not the text of a library. JSON encodes control characters, so that no text can forge a line.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { to: sink } = options;
  const redact = createRedactor();
  const log = pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => sink.write(redact(line)) },
  );
  const at = (level: 'info' | 'warn' | 'error') => (text: string, detail?: Readonly<Record<string, unknown>>) => {
    if (detail === undefined) log[level](text);
    else log[level](serialisable(detail), text);
  };
  return { info: at('info'), warn: at('warn'), error: at('error'), hide: redact.know, flush: () => sink.flushSync?.() };
}

/** An Error has no enumerable fields: under any name it would be written as {}. */
function serialisable(detail: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(detail)) fields[key] = value instanceof Error ? pino.stdSerializers.err(value) : value;
  return fields;
}
