import { randomInt } from 'node:crypto';
import type { IdSource } from '#core/ports/id-source';
import { triggerIdOf } from '#domain/ids';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function word(length: number): string {
  let text = '';
  for (let at = 0; at < length; at += 1) text += LETTERS.charAt(randomInt(LETTERS.length));
  return text;
}

/** Identities from the system's random source: eight characters, 40 bits, never reused as orderRefs also carry the generation. */
export function createIdSource(): IdSource {
  return { triggerId: () => triggerIdOf(word(8)), phrase: () => word(4) };
}
