import { readIfThere, type Entry } from './catalogue.ts';
import { endAll } from './children.ts';
import { Copy, sweepCopies } from './copy.ts';
import { ImportGraph } from './import-graph.ts';
import { Known, type Seen } from './known.ts';
import { Trial, type Outcome, type Sight } from './trial.ts';
import { WarmVitest } from './warm-vitest.ts';
import { join } from 'node:path';

export interface Work {
  readonly root: string;
  readonly mutants: readonly Entry[];
  readonly sight: Sight;
  readonly jobs: number;
  readonly fresh: boolean;
  /** Each test file in a process of its own, as `npm test` runs them. */
  readonly isolate: boolean;
  /** Told as each ends. */
  readonly ended: (mutant: Entry, outcome: Outcome) => void;
}

const copies = new Set<Copy>();

/** Ends what runs and removes the copies; nothing of the run is left but what it has learned. */
export function tidyUp(): void {
  endAll();
  for (const copy of copies) copy.remove();
  copies.clear();
}

/** Tries every mutant, and tells what earlier runs already know first. */
export async function tryAll({ root, mutants, sight, jobs, fresh, isolate, ended }: Work): Promise<void> {
  const known = new Known(root, fresh);
  const remembered = new Trial({ graph: new ImportGraph(root), known, sight });
  const left: Entry[] = [];
  for (const mutant of mutants) {
    const outcome = await remembered.of(mutant, readIfThere(join(root, mutant.file)));
    if (outcome === undefined) left.push(mutant);
    else ended(mutant, outcome);
  }
  if (left.length === 0) return;
  sweepCopies();
  // The project may be edited while this goes on: the first copy is what is tried, and the others are copies of it.
  const first = new Copy(root);
  copies.add(first);
  const green = new Map<string, Promise<Seen>>();
  const graph = new ImportGraph(first.folder);
  const work = async (copy: Copy): Promise<void> => {
    copies.add(copy);
    const vitest = new WarmVitest(copy.folder, isolate);
    const trial = new Trial({ graph, known, sight, green, hands: { copy, vitest } });
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const outcome = await trial.of(mutant, readIfThere(join(copy.folder, mutant.file)));
      if (outcome !== undefined) ended(mutant, outcome);
    }
    await vitest.stop();
  };
  const others = Array.from({ length: Math.min(jobs, left.length) - 1 }, () => new Copy(first.folder));
  try {
    await Promise.all([first, ...others].map(work));
  } finally {
    tidyUp();
  }
}
