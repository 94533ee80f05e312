import { AUDIT_COLUMNS, type AuditRow } from './audit-row.ts';

const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** The first line of a CSV export. */
export function csvHeader(): string {
  return `${AUDIT_COLUMNS.join(',')}\r\n`;
}

/** RFC 4180. */
export function csvLine(row: AuditRow): string {
  return `${AUDIT_COLUMNS.map((column) => csvField(row[column])).join(',')}\r\n`;
}

/** A spreadsheet takes text that begins with one of these for a formula; an apostrophe before it makes it text. */
export function csvField(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  const safe = /^[=+\-@\t\r\n]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function jsonLine(row: AuditRow): string {
  return `${JSON.stringify(row)}\n`;
}
