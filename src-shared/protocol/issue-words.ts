import { grouped } from '#domain/decimal';

/** What a schema found; of zod's issues only the fields that are read here. */
export interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: unknown;
  readonly maximum?: unknown;
  readonly minimum?: unknown;
  readonly origin?: unknown;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
}

const SHOWN = 3;
const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'yes or no (true or false)',
  object: 'a group of named values',
  array: 'a list',
};

/** What is wrong with `input`, for whoever wrote it: which value, and what it must be. Clauses without a full stop; at most three are told. */
export function issueWords(issues: readonly Issue[], input: unknown): string {
  const shown = issues.slice(0, SHOWN).map((issue) => clause(issue, input));
  const more = issues.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${String(more)} more` : shown.join('; ');
}

function clause(issue: Issue, input: unknown): string {
  const path = issue.path.map(String).join('.');
  const subject = path === '' ? 'it' : path;
  if (issue.code === 'unrecognized_keys') return `${path === '' ? '' : `${path}: `}${(issue.keys ?? []).join(', ')} is not known here`;
  if (valueAt(input, issue.path) === undefined) return `${subject} is missing`;
  return `${subject} ${must(issue)}`;
}

function must(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[String(issue.expected)] ?? String(issue.expected)}`;
    case 'too_small':
      return `must ${bound('at least', issue.minimum, issue.origin)}`;
    case 'too_big':
      return `must ${bound('at most', issue.maximum, issue.origin)}`;
    case 'invalid_value':
      return `must be ${(issue.values ?? []).map((value) => String(value)).join(' or ')}`;
    case 'custom':
      return issue.message;
    case 'invalid_format':
      return issue.message.startsWith('Invalid') ? 'is not written in the form that is asked for' : `allows ${issue.message}`;
    default:
      return 'is of no kind that is known here';
  }
}

function bound(word: string, limit: unknown, origin: unknown): string {
  const figure = typeof limit === 'number' || typeof limit === 'bigint' ? grouped(String(limit)) : String(limit);
  if (origin === 'string') return `have ${word} ${figure} characters`;
  return origin === 'array' ? `have ${word} ${figure} entries` : `be ${word} ${figure}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    input,
  );
}
