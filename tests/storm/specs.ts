import type { Contract } from '#domain/contract';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { scale } from '#domain/scaled';
import type { TriggerAction, TriggerSpec } from '#domain/trigger';
import { contractOf } from './told.ts';
import type { Variety } from './variety.ts';
import type { World } from './world.ts';

const CENT = priceOf(0.01);

/** What the person at the console wishes next. */
export class Specs {
  readonly #world: World;
  readonly #variety: Variety;
  #names = 0;

  constructor(world: World, variety: Variety) {
    this.#world = world;
    this.#variety = variety;
  }

  next(): TriggerSpec {
    const { random, tws } = this.#world;
    this.#names += 1;
    const instrument = tws.listing.all[random.between(0, tws.listing.all.length - 1)]!;
    const contract = contractOf(instrument);
    const mid = tws.midOf(instrument.symbol);
    const above = random.chance(0.5);
    const level = scale(CENT, mid + (above ? 1 : -1) * random.between(1, 4));
    return this.#variety.of({
      name: `N${this.#names}`,
      condition: { kind: 'price', contract, field: 'last', test: above ? 'crosses-above' : 'crosses-below', level },
      action: this.#action(contract, mid),
      rthOnly: false,
    });
  }

  #action(contract: Contract, mid: number): TriggerAction {
    const { random } = this.#world;
    const buy = random.chance(0.5);
    const kind = random.next();
    const far = scale(CENT, mid + (buy ? -1 : 1) * random.between(0, 8));
    const beyond = scale(CENT, mid + (buy ? 1 : -1) * random.between(2, 9));
    const exit = (): { readonly kind: 'percent'; readonly basisPoints: number } => ({
      kind: 'percent',
      basisPoints: random.between(1, 12),
    });
    return {
      contract,
      side: buy ? 'BUY' : 'SELL',
      quantity: units(random.between(1, 15) * 10),
      entry: kind < 0.5 ? { type: 'MKT' } : kind < 0.9 ? { type: 'LMT', limit: far } : { type: 'STP', stop: beyond },
      tif: random.chance(0.1) ? 'IOC' : random.chance(0.3) ? 'GTC' : 'DAY',
      outsideRth: false,
      ...(random.chance(0.55) ? { target: exit() } : {}),
      ...(random.chance(0.55) ? { stop: exit() } : {}),
    };
  }
}
