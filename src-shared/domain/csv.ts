const NUMBER = /^[+-]?\d+(\.\d+)?$/;
/** What a spreadsheet takes for the begin of a formula, its full-width forms too; blanks and quotes before it are no hindrance. */
const AT_BEGIN = /^(?:[\s"]*[=+\-@＝＋－＠]|[;\t\r\n])/;
/** A program set to `;` or tab cuts there, whatever is quoted, and takes what follows for a cell. */
const AFTER_CUT = /([;\t\r\n])(?=[\s"]*[=+\-@＝＋－＠])/g;

/**
 * One field, for every export: a plain number as it is, missing as nothing, and of a text no piece that a spreadsheet would calculate. An
 * apostrophe before it makes it text.
 */
export function csvField(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  if (NUMBER.test(text)) return text;
  const safe = `${AT_BEGIN.test(text) ? "'" : ''}${text.replaceAll(AFTER_CUT, "$1'")}`;
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of RFC 4180. */
export function csvRow(values: readonly (string | number | null)[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}
