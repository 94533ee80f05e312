import { Bounds } from './bounds.ts';
import { CancelsOut } from './cancels-out.ts';
import { ConfirmedStops } from './confirmed-stops.ts';
import type { Excuses } from './excuses.ts';
import { Externals } from './externals.ts';
import { Heard } from './heard.ts';
import type { Judge } from './judge.ts';
import type { JudgedWorld, Written } from './judged.ts';
import { KillProof } from './kill-proof.ts';
import { Money } from './money.ts';
import { OrderNumbers } from './order-numbers.ts';
import { Refusals } from './refusals.ts';
import { Strangers } from './strangers.ts';
import { Terms } from './terms.ts';
import { WireControls } from './wire-controls.ts';

/** What the judges take from those that were there before them. */
export interface Evidence {
  readonly written: () => Iterable<Written>;
  /** When the newest answered list of open orders was asked for, virtual ms. */
  readonly openOrdersAskedAt: () => number | undefined;
  readonly excuses: Excuses;
}

/** Who watches a storm, and those of them to whom the storm speaks itself. */
export interface Judges {
  readonly all: readonly Judge[];
  readonly terms: Terms;
  readonly refusals: Refusals;
}

/** `Heard` first, because the others ask it. */
export function judgesOf(world: JudgedWorld, evidence: Evidence, fail: (text: string) => void): Judges {
  const heard = new Heard(() => world.now);
  const terms = new Terms(heard, fail);
  const refusals = new Refusals(fail);
  const all = [
    heard,
    terms,
    refusals,
    new WireControls(world, heard, fail),
    new Strangers(world, evidence.written, evidence.excuses, fail),
    new CancelsOut(world, fail),
    new KillProof(world, evidence.openOrdersAskedAt, fail),
    new Money(world, fail),
    new ConfirmedStops(fail),
    new OrderNumbers(world, fail),
    new Externals(fail),
    new Bounds(fail),
  ];
  return { all, terms, refusals };
}
