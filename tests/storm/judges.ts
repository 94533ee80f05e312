import { CancelsOut } from './cancels-out.ts';
import { ConfirmedStops } from './confirmed-stops.ts';
import type { Excuses } from './excuses.ts';
import { Heard } from './heard.ts';
import type { Judge } from './judge.ts';
import type { JudgedWorld, Written } from './judged.ts';
import { KillProof } from './kill-proof.ts';
import { Money } from './money.ts';
import { Strangers } from './strangers.ts';
import { WireControls } from './wire-controls.ts';

/** What the judges take from those that were there before them. */
export interface Evidence {
  readonly written: () => Iterable<Written>;
  /** When the newest answered list of open orders was asked for, virtual ms. */
  readonly openOrdersAskedAt: () => number | undefined;
  readonly excuses: Excuses;
}

/** Who watches a storm; `Heard` first, because the others ask it. */
export function judgesOf(world: JudgedWorld, evidence: Evidence, fail: (text: string) => void): readonly Judge[] {
  const heard = new Heard(() => world.now);
  return [
    heard,
    new WireControls(world, heard, fail),
    new Strangers(world, evidence.written, evidence.excuses, fail),
    new CancelsOut(world, fail),
    new KillProof(world, evidence.openOrdersAskedAt, fail),
    new Money(world, fail),
    new ConfirmedStops(fail),
  ];
}
