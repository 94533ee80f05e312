import { join } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import type { Files } from './files.ts';
import { StateFile } from './state-file.ts';

export interface KillLatchRecord {
  readonly latched: boolean;
  /** Epoch ms of the last change. */
  readonly at: number;
  readonly reason: string;
  /** What the next run still has to cancel; files of older versions do not say. */
  readonly scope: 'own' | 'all';
  /**
   * Whether the exits of what is held stay. A record without it was written by a version whose kill took everything and said so: the kill goes
   * on as it was ordered. A file that cannot be read orders nothing, so there they stay.
   */
  readonly exits: 'keep' | 'cancel';
}

/** `doubt` tells why the latch is assumed although the file does not say so. */
export interface KillLatch extends KillLatchRecord {
  readonly doubt?: string;
}

/**
 * The kill latch on disk. It can only hold the desk back: a file that cannot be read or understood counts as latched, whatever its
 * backup says.
 */
export class KillLatchFile {
  readonly #file: StateFile<KillLatchRecord>;

  constructor(directory: string, files?: Files) {
    this.#file = new StateFile(join(directory, 'kill-latch.json'), parse, files);
  }

  /** Undefined when there is no file and no backup: what that means depends on whether a desk has run here before. */
  load(): KillLatch | undefined {
    const read = this.#file.read();
    if (read.ok) return read.value;
    const { text, backup } = read.error;
    const { at = 0, scope = 'own', exits = 'keep' } = backup?.latched === true ? backup : {};
    return { latched: true, at, reason: backup?.latched === true ? backup.reason : text, scope, exits, doubt: text };
  }

  /** Best effort: the latch in memory holds whether or not this succeeds. */
  latch(at: number, reason: string, scope: 'own' | 'all', exits: 'keep' | 'cancel' = 'keep'): Result<void> {
    return this.#file.write({ latched: true, at, reason, scope, exits });
  }

  /** The first start, and the second step of a re-arm. While this fails the desk stays latched. */
  clear(at: number, reason: string): Result<void> {
    return this.#file.write({ latched: false, at, reason, scope: 'own', exits: 'keep' });
  }
}

/** Nothing but an explicit and complete record counts: in doubt the desk stays latched. */
function parse(value: unknown): Result<KillLatchRecord> {
  if (typeof value !== 'object' || value === null) return err('it holds no record');
  const { latched, at, reason, scope = 'own', exits = 'cancel' } = value as Readonly<Record<keyof KillLatchRecord, unknown>>;
  if (typeof latched !== 'boolean') return err('latched is not true or false');
  if (typeof at !== 'number' || !Number.isFinite(at)) return err('at is not a time');
  if (typeof reason !== 'string') return err('reason is not a text');
  if (scope !== 'own' && scope !== 'all') return err('scope is neither own nor all');
  if (exits !== 'keep' && exits !== 'cancel') return err('exits is neither keep nor cancel');
  return ok({ latched, at, reason, scope, exits });
}
