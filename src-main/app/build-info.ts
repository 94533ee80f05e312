import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Version of the program, as package.json beside it says. */
export function buildInfo(root: string): string {
  try {
    const text: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const version = typeof text === 'object' && text !== null && 'version' in text ? text.version : undefined;
    return typeof version === 'string' ? version : 'unknown';
  } catch {
    return 'unknown';
  }
}
