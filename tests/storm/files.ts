import type { CommitRecord, Journal, JournalStatus } from '#core/ports/journal';
import type { SentLeg } from '#core/ports/broker';
import type { BreakerFile, EarlierOrders, KillLatchFile, KillScope, TriggerDraft, TriggerDrafts } from '#core/ports/desk-files';
import type { Scheduler } from '#core/ports/scheduler';
import type { OrderRef } from '#domain/ids';
import { isWorking, type Order } from '#domain/order';
import type { SavedBreaker } from '#core/risk/breaker';
import { err, ok, type Result } from '#domain/result';
import type { IdHighWater } from '#tws/order/order-ids';
import type { CrashPoint } from './crash.ts';

/** What is on the disk: all that one life of the desk leaves to the next. */
export class Disk {
  latch: string | undefined;
  latchScope: KillScope = 'own';
  latchExits: 'keep' | 'cancel' = 'keep';
  drafts = '[]';
  highestId = 0;
  breaker: SavedBreaker | undefined;
  lastSeq = 0;
  /** The orders' cells as the journals of all lives have them last, and the numbers of brackets written before they left. */
  readonly orders = new Map<string, Order>();
  readonly numbers = new Map<OrderRef, SentLeg>();
  /** While set, nothing can be written to the journal. */
  fault: string | undefined;
  /** While set, the latch file cannot be written either. */
  latchFault: string | undefined;
}

/** What the files of one life need to know of its process. */
export interface Process {
  readonly disk: Disk;
  readonly clock: Scheduler;
  readonly alive: () => boolean;
  readonly crash: (point: CrashPoint) => void;
}

/** As the program has it: written 200 ms behind the commands, so that a crash may lose the newest list. */
export function draftsFile({ disk, clock, alive }: Process): TriggerDrafts {
  let waiting: (() => readonly TriggerDraft[]) | undefined;
  return {
    load: () => ok(JSON.parse(disk.drafts) as readonly TriggerDraft[]),
    save: (next) => {
      if (waiting === undefined)
        clock.after(200, () => {
          const list = waiting;
          waiting = undefined;
          if (list !== undefined && alive()) disk.drafts = JSON.stringify(list());
        });
      waiting = next;
    },
  };
}

export function latchFile({ disk, alive, crash }: Process): KillLatchFile {
  return {
    read: () => ({ set: disk.latch !== undefined, reason: disk.latch ?? '', scope: disk.latchScope, exits: disk.latchExits }),
    set: (reason, _at, scope, exits) => {
      crash('latch: before the file');
      if (disk.latchFault !== undefined) return err(disk.latchFault);
      if (alive()) {
        disk.latch = reason;
        disk.latchScope = scope;
        disk.latchExits = exits;
      }
      crash('latch: after the file');
      return ok(undefined);
    },
    clear: () => {
      if (disk.latchFault !== undefined) return err(disk.latchFault);
      if (alive()) disk.latch = undefined;
      return ok(undefined);
    },
  };
}

export function breakerFile({ disk, alive }: Process): BreakerFile {
  return {
    read: () => ok(disk.breaker),
    write: (saved) => {
      if (alive()) disk.breaker = saved;
      return ok(undefined);
    },
  };
}

export function idFile({ disk, alive }: Process): IdHighWater {
  return {
    read: () => disk.highestId,
    raise: (id) => {
      if (alive() && id > disk.highestId) disk.highestId = id;
    },
  };
}

/** What `journal/earlier-orders` reads from the files. */
export function earlierOrders(disk: Disk): EarlierOrders {
  return () => ({
    orders: [...disk.orders.values()]
      .filter(({ state }) => isWorking(state) || state === 'QUEUED' || state === 'INTENT')
      .map((order) => {
        const leg = order.orderId === undefined && order.ref !== undefined ? disk.numbers.get(order.ref) : undefined;
        return leg === undefined ? order : { ...order, orderId: leg.orderId, clientId: leg.clientId };
      }),
  });
}

/** The records of one life, as the file would give them back. */
export class LifeJournal implements Journal {
  readonly records: CommitRecord[] = [];
  readonly startAfter: number;
  readonly #process: Process;
  #lost = 0;
  /** The record after which one is missing; replay is only promised up to there. */
  #firstLost: number | undefined;

  constructor(process: Process) {
    this.#process = process;
    this.startAfter = process.disk.lastSeq;
  }

  append(record: CommitRecord): Result<void> {
    const { disk, alive, crash } = this.#process;
    crash('journal: before the record');
    if (!alive()) return ok(undefined);
    if (disk.fault !== undefined) {
      this.#lost += 1;
      this.#firstLost ??= record.seq;
      return err(disk.fault);
    }
    this.records.push(JSON.parse(JSON.stringify(record)) as CommitRecord);
    disk.lastSeq = record.seq;
    for (const [store, key, value] of record.writes)
      if (store === 'orders') disk.orders.set(String(key), JSON.parse(JSON.stringify(value)) as Order);
    crash('journal: after the record');
    return ok(undefined);
  }

  /** Records with nothing missing before them. */
  get gapless(): readonly CommitRecord[] {
    const end = this.#firstLost;
    return end === undefined ? this.records : this.records.filter((record) => record.seq < end);
  }

  status(): JournalStatus {
    const { fault } = this.#process.disk;
    return {
      state: fault === undefined ? 'ready' : 'failed',
      ...(fault === undefined ? {} : { reason: fault }),
      lastSeq: this.#process.disk.lastSeq,
      written: this.records.length,
      lost: this.#lost,
      unsyncedRecords: 0,
      unsyncedMs: 0,
      file: '',
    };
  }
}
