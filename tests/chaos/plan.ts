import { type Price, priceOf } from '#domain/price';
import { Random } from '#simulator/model/random';

/** When the blow falls: at a moment of the clock after the arming, or at what the broker or the journal just saw. */
export type Moment =
  | { readonly at: 'time'; readonly afterMs: number }
  /** The first order of the cycle has come to the broker. */
  | { readonly at: 'order'; readonly nth: number; readonly afterMs: number }
  /** The journal has just taken the intent of a firing: its order is on its way, or not yet. */
  | { readonly at: 'intent'; readonly afterMs: number };

export type Blow =
  | { readonly kind: 'kill' }
  /** Once more during the start that follows. */
  | { readonly kind: 'kill-twice'; readonly afterStartMs: number }
  | { readonly kind: 'stop'; readonly forMs: number }
  | { readonly kind: 'stop-and-kill'; readonly forMs: number }
  | { readonly kind: 'stop-broker'; readonly forMs: number; readonly killAfterMs: number | undefined }
  /** The operator's kill switch, and the process dies within it. */
  | { readonly kind: 'kill-switch'; readonly scope: 'own' | 'all'; readonly deathAfterMs: number | undefined };

export interface Arm {
  readonly symbol: number;
  readonly side: 'BUY' | 'SELL';
  readonly shares: number;
  readonly entry: 'MKT' | 'LMT' | 'resting' | 'STP';
  /** Fires with the next tick, or with the next step of the price. */
  readonly test: 'at-or-above' | 'at-or-below' | 'crosses-above' | 'crosses-below';
  readonly field: 'last' | 'bid' | 'ask' | 'mid';
  readonly target: number | undefined;
  readonly stop: number | undefined;
  /** A trigger of an earlier cycle is armed again instead, when there is one. */
  readonly again: boolean;
  /** Which of them. */
  readonly which: number;
}

export type Act =
  | { readonly do: 'close'; readonly percent: 25 | 50 | 100 }
  | { readonly do: 'cancel' }
  | { readonly do: 'cancel-all' }
  | { readonly do: 'modify'; readonly by: Price }
  | { readonly do: 'disarm' }
  | { readonly do: 'fire-now' };

export interface CyclePlan {
  readonly decisions: readonly ('adopt' | 'ignore' | 'cancel')[];
  readonly arms: readonly Arm[];
  readonly acts: readonly { readonly act: Act; readonly afterMs: number; readonly which: number }[];
  readonly moment: Moment;
  readonly blow: Blow;
}

/** Everything of a cycle that is left to chance. The same seed gives the same plans; the moments on the clock are the machine's. */
export function planCycle(seed: number, cycle: number): CyclePlan {
  const random = new Random(Math.imul(seed, 7_919) + cycle * 104_729);
  const pick = <T>(all: readonly [T, ...T[]]): T => all[random.between(0, all.length - 1)] ?? all[0];
  // The first draws of neighbouring seeds are alike.
  for (let draw = 0; draw < 5; draw += 1) random.next();
  return {
    decisions: Array.from({ length: 8 }, () => pick(['adopt', 'adopt', 'ignore', 'cancel'])),
    arms: Array.from({ length: random.between(4, 8) }, () => planArm(random, pick)),
    acts: Array.from({ length: random.between(1, 4) }, () => ({
      act: pick<Act>([
        { do: 'close', percent: 50 },
        { do: 'close', percent: 100 },
        { do: 'cancel' },
        { do: 'cancel-all' },
        { do: 'modify', by: priceOf(0.05) },
        { do: 'modify', by: priceOf(-0.05) },
        { do: 'disarm' },
        { do: 'fire-now' },
      ]),
      afterMs: random.between(0, 400),
      which: random.between(0, 99),
    })),
    moment: planMoment(random),
    blow: planBlow(random),
  };
}

function planArm(random: Random, pick: <T>(all: readonly [T, ...T[]]) => T): Arm {
  const isBracket = random.chance(0.5);
  return {
    symbol: random.between(0, 7),
    side: pick(['BUY', 'SELL']),
    shares: random.between(1, 40),
    entry: pick(['MKT', 'MKT', 'LMT', 'LMT', 'resting', 'STP']),
    test: pick(['at-or-above', 'at-or-above', 'at-or-below', 'crosses-above', 'crosses-below']),
    field: pick(['last', 'bid', 'ask', 'mid']),
    target: isBracket && random.chance(0.8) ? random.between(2, 60) : undefined,
    stop: isBracket ? random.between(2, 60) : undefined,
    again: random.chance(0.4),
    which: random.between(0, 99),
  };
}

function planMoment(random: Random): Moment {
  const kind = random.next();
  if (kind < 0.2) return { at: 'time', afterMs: random.between(50, 1_500) };
  if (kind < 0.65) return { at: 'order', nth: random.between(1, 6), afterMs: random.chance(0.5) ? 0 : random.between(1, 60) };
  return { at: 'intent', afterMs: random.chance(0.5) ? 0 : random.between(1, 5) };
}

function planBlow(random: Random): Blow {
  const kind = random.next();
  if (kind < 0.45) return { kind: 'kill' };
  if (kind < 0.6) return { kind: 'kill-twice', afterStartMs: random.between(20, 1_400) };
  if (kind < 0.72) return { kind: 'stop', forMs: random.chance(0.4) ? random.between(100, 1_500) : random.between(2_200, 5_000) };
  if (kind < 0.77) return { kind: 'stop-and-kill', forMs: random.between(100, 800) };
  if (kind < 0.88)
    return {
      kind: 'stop-broker',
      // Now and then long enough for the desk to give the connection up.
      forMs: random.chance(0.08) ? random.between(17_000, 21_000) : random.between(200, 4_000),
      killAfterMs: random.chance(0.4) ? random.between(0, 200) : undefined,
    };
  return {
    kind: 'kill-switch',
    scope: random.chance(0.7) ? 'own' : 'all',
    deathAfterMs: random.chance(0.7) ? random.between(0, 80) : undefined,
  };
}
