/** Journal files are `commits-<six-digit index>-<UTC day>.ndjson`: their names sort in the order of writing. */
const PATTERN = /^commits-(\d{6,})-(\d{8})\.ndjson$/;

export interface JournalFileName {
  readonly name: string;
  readonly index: number;
  /** UTC day, YYYYMMDD. */
  readonly day: string;
}

const DAY_MS = 86_400_000;
let lastDay = Number.NaN;
let lastText = '';

/** Asked for every record, and nearly always for the day of the one before. */
export function dayOf(epochMs: number): string {
  const day = Math.floor(epochMs / DAY_MS);
  if (day !== lastDay) {
    lastText = new Date(epochMs).toISOString().slice(0, 10).replaceAll('-', '');
    lastDay = day;
  }
  return lastText;
}

export function journalFileName(index: number, day: string): string {
  return `commits-${String(index).padStart(6, '0')}-${day}.ndjson`;
}

/** The journal files among the names of a directory, in the order of writing. */
export function journalFiles(names: readonly string[]): readonly JournalFileName[] {
  const files: JournalFileName[] = [];
  for (const name of names) {
    const match = PATTERN.exec(name);
    if (match?.[1] !== undefined && match[2] !== undefined) files.push({ name, index: Number(match[1]), day: match[2] });
  }
  return files.sort((a, b) => a.index - b.index);
}
