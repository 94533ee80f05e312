import { Random } from '#simulator/model/random';

/** What storms have besides the troubles of `nemesis.ts`. Each kind draws its own chance, and is in some storms only. */
export const WEATHERS = [
  'silence',
  'muted feed',
  'farm down',
  'halt',
  'crossed',
  'locked',
  'no bid',
  'no ask',
  'no last',
  'garbage',
  'delayed',
  'frozen',
  'jump',
  'stop-limit entry',
  'offset entry',
  'rule on two contracts',
  'rule on a quote',
  'rule with a window',
  'trigger with an end',
  'corrected quantity',
  'limits changed',
  'clock set forward',
  'clock set back',
  'stop by hand',
  'target by hand',
  'pair by hand',
  'stop of another program',
  'order moved by hand',
  'order resized by hand',
  'exit cancelled by hand',
  'sleep',
] as const;
export type Weather = (typeof WEATHERS)[number];

/** Chance of its own for one kind of weather in one storm: what is drawn here moves no other draw. */
export function stream(seed: number, name: string): Random {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return new Random((Math.imul(seed, 0x9e3779b1) ^ hash) >>> 0);
}

/** What truly happened in one storm, by kind. */
export class WeatherLog {
  readonly seen = new Map<Weather, number>();

  happened(kind: Weather): void {
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1);
  }
}
