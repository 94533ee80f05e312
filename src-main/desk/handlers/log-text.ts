import { csvRow } from '#domain/csv';
import type { LogRow } from '#protocol/log-row';

const COLUMNS = ['time', 'level', 'own', 'text', 'detail', 'symbol', 'watcher', 'order', 'seq', 'acknowledged'] as const;

/** CSV with its header; `time` is the broker's, empty where it was not known. */
export function logText(lines: readonly LogRow[]): string {
  const rows = lines.map((line) =>
    csvRow(
      COLUMNS.map((column) => {
        const value = column === 'time' ? (line.at === null ? null : new Date(line.at).toISOString()) : line[column];
        return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
      }),
    ),
  );
  return `${csvRow(COLUMNS)}${rows.join('')}`;
}
