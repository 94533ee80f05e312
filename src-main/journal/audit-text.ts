import { csvRow } from '#domain/csv';
import { AUDIT_COLUMNS, type AuditRow } from './audit-row.ts';

/** The first line of a CSV export. */
export function csvHeader(): string {
  return csvRow(AUDIT_COLUMNS);
}

/** RFC 4180. */
export function csvLine(row: AuditRow): string {
  return csvRow(AUDIT_COLUMNS.map((column) => row[column]));
}

export function jsonLine(row: AuditRow): string {
  return `${JSON.stringify(row)}\n`;
}
