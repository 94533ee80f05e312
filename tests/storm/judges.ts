import { Heard } from './heard.ts';
import type { Judge } from './judge.ts';
import type { JudgedWorld } from './judged.ts';
import { WireControls } from './wire-controls.ts';

/** Who watches a storm; `Heard` first, because the others ask it. */
export function judgesOf(world: JudgedWorld, fail: (text: string) => void): readonly Judge[] {
  const heard = new Heard(() => world.now);
  return [heard, new WireControls(world, heard, fail)];
}
