import type { Stats } from 'node:fs';

type Owned = Pick<Stats, 'mode' | 'uid'>;

/**
 * The user whom files and folders must belong to. Undefined on Windows: it has no such bits, and a folder in a profile is closed to other
 * users by the list that it inherits.
 */
export function thisUser(): number | undefined {
  return process.getuid?.();
}

/** Why something that belongs to another user is not used; a part of a sentence. */
export function ownerTrouble({ uid }: Owned, user: number | undefined): string | undefined {
  return user === undefined || uid === user ? undefined : `it belongs to another user of this machine (id ${uid})`;
}

/** Why a folder that others may write to is not used, and what mends it. */
export function writerTrouble({ mode }: Owned, path: string, user: number | undefined): string | undefined {
  return user === undefined || (mode & 0o022) === 0 ? undefined : `others may write to ${path}; say: chmod 700 "${path}"`;
}

/** Others may look into it. */
export function isForOthers({ mode }: Owned, user: number | undefined): boolean {
  return user !== undefined && (mode & 0o077) !== 0;
}
