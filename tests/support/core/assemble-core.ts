import type { Coordinator } from '#core/commit/coordinator';
import { Stores } from '#core/commit/stores';
import type { CommitBug } from '#core/commit/work';
import { DeskCore } from '#core/engine/desk-core';
import { type DeskStores, type Effect, openDeskStores } from '#core/state/records';
import type { DeskPorts } from '#core/state/desk-state';
import type { Clock } from '#core/ports/clock';
import type { ContextPort } from '#core/ports/context';
import type { TriggerDraft, TriggerDrafts } from '#core/ports/desk-files';
import type { IdSource } from '#core/ports/id-source';
import type { Journal } from '#core/ports/journal';
import type { Scheduler } from '#core/ports/scheduler';
import type { TriggerId } from '#domain/ids';
import { ok } from '#domain/result';
import { MemoryLatchFile, rulesOf } from './fixtures.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { coordinatorOn } from './coordinator-on.ts';

/** What every assembly says for itself; each of the other ports stands in memory unless it is given. */
type CorePorts = Pick<DeskPorts, 'broker' | 'market'> & Partial<Omit<DeskPorts, 'clock' | 'scheduler' | 'journal'>>;

export interface CoreParts {
  readonly clock: Clock & Scheduler;
  readonly ports: CorePorts;
  /** Default: kept in memory. */
  readonly journal?: Journal;
  /** Default: the synchronous one. */
  readonly context?: ContextPort;
  /** Last sequence number of the runs before; default 0. */
  readonly startAfter?: number;
  /** Takes the exchange's time from the server, as on the simulator; default false. */
  readonly simulated?: boolean;
}

export interface AssembledCore {
  readonly commits: Stores;
  readonly stores: DeskStores;
  readonly coordinator: Coordinator<Effect>;
  readonly core: DeskCore;
  /** What the coordinator told of its own faults, oldest first; a sound desk leaves it empty. */
  readonly bugs: readonly CommitBug[];
}

/**
 * The core as the program assembles it, on the parts a test gives: stores, coordinator and desk. Nothing has started: whoever calls ties
 * the broker to `core.gate` and `core.onNews`, the market to `core.sink`, and then calls `core.start()`. Throws nothing.
 */
export function assembleCore(parts: CoreParts): AssembledCore {
  const { clock, journal = new MemoryJournal() } = parts;
  const commits = new Stores();
  const stores = openDeskStores(commits);
  const bugs: CommitBug[] = [];
  const coordinator = coordinatorOn<Effect>(
    { stores: commits, clock, journal, ...(parts.context === undefined ? {} : { context: parts.context }) },
    { onBug: (bug) => bugs.push(bug), ...(parts.startAfter === undefined ? {} : { startAfter: parts.startAfter }) },
  );
  const core = new DeskCore({
    ports: {
      ids: new CountedIds(),
      killLatchFile: new MemoryLatchFile(),
      drafts: new MemoryDrafts(),
      rules: () => rulesOf(),
      ...parts.ports,
      clock,
      scheduler: clock,
      journal,
    },
    coordinator,
    stores,
    simulated: parts.simulated ?? false,
  });
  return { commits, stores, coordinator, core, bugs };
}

/** Numbers its triggers from T0000001 on; the phrase of every re-arming is K7QX. */
class CountedIds implements IdSource {
  #triggers = 0;

  triggerId(): TriggerId {
    this.#triggers += 1;
    return `T${String(this.#triggers).padStart(7, '0')}` as TriggerId;
  }

  phrase(): string {
    return 'K7QX';
  }
}

/** The file of the triggers in memory: what the last run left, and apart from it what this run has saved. */
export class MemoryDrafts implements TriggerDrafts {
  readonly #left: readonly TriggerDraft[];
  saved: readonly TriggerDraft[] = [];

  constructor(left: readonly TriggerDraft[] = []) {
    this.#left = left;
  }

  load(): ReturnType<TriggerDrafts['load']> {
    return ok(this.#left);
  }

  save(drafts: () => readonly TriggerDraft[]): void {
    this.saved = drafts();
  }
}
