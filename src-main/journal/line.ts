import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { err, ok, type Result } from '#domain/result';

/**
 * One line of the journal: `{"sum":"…","prev":"…","body":{…}}`. `sum` is the SHA-256 of `prev` and the body's text as it stands in the
 * line, `prev` is the sum of the line before it, also across files. So a changed byte breaks its own line, and a missing, repeated
 * or moved line breaks the chain.
 */
export interface Line {
  readonly sum: string;
  readonly prev: string;
  /** JSON text. */
  readonly body: string;
}

/** What the first line of the first file follows. */
export const GENESIS = '0'.repeat(64);

const HEAD = '{"sum":"';
const MIDDLE = '","prev":"';
const BODY = '","body":';
const SUM_AT = HEAD.length;
const PREV_AT = SUM_AT + 64 + MIDDLE.length;
const BODY_AT = PREV_AT + 64 + BODY.length;

export function encodeLine(prev: string, body: string): { readonly text: string; readonly sum: string } {
  const sum = hash('sha256', prev + body, 'hex');
  return { text: `${HEAD}${sum}${MIDDLE}${prev}${BODY}${body}}\n`, sum };
}

/** Takes a line without its newline apart and checks its sum. The error says what is wrong with it. */
function decodeLine(text: string): Result<Line> {
  if (!text.startsWith(HEAD) || !text.startsWith(MIDDLE, SUM_AT + 64) || !text.startsWith(BODY, PREV_AT + 64) || !text.endsWith('}')) {
    return err('is not a journal line');
  }
  const sum = text.slice(SUM_AT, SUM_AT + 64);
  const prev = text.slice(PREV_AT, PREV_AT + 64);
  const body = text.slice(BODY_AT, -1);
  if (hash('sha256', prev + body, 'hex') !== sum) return err('does not match its checksum');
  return ok({ sum, prev, body });
}

/** The same for the bytes in a file. Bytes that are no UTF-8 were never written: decoded, several of them would look the same. */
export function decodeLineBytes(bytes: Uint8Array): Result<Line> {
  if (!isUtf8(bytes)) return err('does not match its checksum');
  return decodeLine(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}
