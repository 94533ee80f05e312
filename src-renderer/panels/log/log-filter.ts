import type { LogRow } from '#protocol/log-row';

/** `all`, `alarms`, or what lines are about: `symbol:IBM`, `watcher:IBM-1`, `order:TD1-…`. */
export type About = string;

const FIELDS = ['symbol', 'watcher', 'order'] as const;

/** Newest first. `word` stands anywhere in the line, whichever its case. */
export function filteredLog<R extends LogRow>(rows: readonly R[], about: About, word: string): readonly R[] {
  const wanted = word.trim().toLowerCase();
  return rows.filter((row) => isAbout(row, about) && (wanted === '' || textOf(row).includes(wanted))).sort((a, b) => b.id - a.id);
}

function isAbout(row: LogRow, about: About): boolean {
  if (about === 'all') return true;
  if (about === 'alarms') return row.level !== 'info' && !(row.own && row.level === 'warning');
  return FIELDS.some((field) => row[field] !== null && about === `${field}:${row[field]}`);
}

function textOf({ text, detail, symbol, watcher, order }: LogRow): string {
  return [text, detail, symbol, watcher, order]
    .filter((part) => part !== null)
    .join(' ')
    .toLowerCase();
}

/** Everything that lines are about, by kind, in the order of the alphabet. */
export function subjectsOf(rows: readonly Pick<LogRow, 'symbol' | 'watcher'>[]): {
  readonly symbols: readonly string[];
  readonly watchers: readonly string[];
} {
  const symbols = new Set<string>();
  const watchers = new Set<string>();
  for (const { symbol, watcher } of rows) {
    if (symbol !== null) symbols.add(symbol);
    if (watcher !== null) watchers.add(watcher);
  }
  return { symbols: [...symbols].sort(), watchers: [...watchers].sort() };
}
