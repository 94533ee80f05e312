import { amountOf, ZERO_AMOUNT } from '#domain/money';
import { Random } from '#simulator/model/random';
import { LIMITS } from '../support/core/fixtures.ts';
import type { World } from './world.ts';

/** The day's profit and loss in a storm: mostly inside the limit, at times beyond it, unset or silent. Chance of its own. */
export function fortune(world: World, seed: number): () => void {
  const random = new Random(seed + 0x1055);
  let over = random.chance(0.5);
  const turn = (): void => {
    if (over) return;
    const luck = random.next();
    world.tws.daily =
      luck < 0.6
        ? amountOf(random.between(-LIMITS.maxDailyLoss + 1, 5_000))
        : luck < 0.75
          ? amountOf(random.between(-9_000, -LIMITS.maxDailyLoss))
          : luck < 0.85
            ? undefined
            : 'silent';
    world.clock.after(4_000 + random.next() * 20_000, turn);
  };
  turn();
  // Now and then IB counts no more for longer than a figure may be old: no other chance decides of it.
  const silence = new Random(seed + 0x51e7);
  if (world.hasWeather && silence.chance(0.1))
    world.clock.aside(5_000 + silence.next() * 20_000, silence, () => {
      if (over) return;
      over = true;
      world.tws.daily = 'silent';
      world.clock.aside(80_000, silence, () => (world.tws.daily = world.tws.daily === 'silent' ? ZERO_AMOUNT : world.tws.daily));
    });
  return () => {
    over = true;
    world.tws.daily = ZERO_AMOUNT;
  };
}
