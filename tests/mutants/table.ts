import { isDangerous, roomOf, type Entry } from './catalogue.ts';
import type { Outcome } from './trial.ts';

export interface Tried {
  readonly mutant: Entry;
  readonly outcome: Outcome;
}

/** Of all, at least this part must be caught; of the dangerous, every one. */
const LEAST_CAUGHT = 0.95;
/** Of those that a generator drew: many of its faults change nothing that anybody can see. */
const LEAST_DRAWN = 0.85;

interface Count {
  tests: number;
  storms: number;
  survived: number;
  void: number;
  equivalent: number;
}

function count(tried: readonly Tried[]): Count {
  const sum: Count = { tests: 0, storms: 0, survived: 0, void: 0, equivalent: 0 };
  for (const { mutant, outcome } of tried) {
    sum[outcome.kind] += 1;
    if (mutant.equivalent !== undefined) sum.equivalent += 1;
  }
  return sum;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** One row a room. */
export function tableOf(tried: readonly Tried[]): readonly string[] {
  const rooms = Map.groupBy(tried, ({ mutant }) => roomOf(mutant.file));
  const rows = [...rooms].sort(([a], [b]) => a.localeCompare(b)).map(([room, ones]) => row(room, ones));
  return [
    '| room | mutants | by tests | by storms | survived | said nothing | caught |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    row('all', tried),
  ];
}

function row(room: string, tried: readonly Tried[]): string {
  const { tests, storms, survived, void: nothing } = count(tried);
  return `| ${room} | ${tried.length} | ${tests} | ${storms} | ${survived} | ${nothing} | ${percent(tests + storms, tried.length)} |`;
}

export function sumOf(tried: readonly Tried[]): string {
  const dangerous = tried.filter(({ mutant }) => isDangerous(mutant));
  return [
    `${tried.length} mutants`,
    `caught ${percent(caught(tried), tried.length)} of all`,
    `${percent(caught(dangerous), dangerous.length)} of the ${dangerous.length} dangerous`,
    `${percent(count(tried).equivalent, tried.length)} equivalent`,
  ].join(' · ');
}

function caught(tried: readonly Tried[]): number {
  return tried.filter(({ outcome }) => outcome.kind === 'tests' || outcome.kind === 'storms').length;
}

/** One line for a mutant that has ended. */
export function lineOf({ mutant, outcome }: Tried): string {
  const { id, does, harmless, equivalent } = mutant;
  if (outcome.kind === 'void') return `${id} → PROVES NOTHING: it ${outcome.why}`;
  if (outcome.kind !== 'survived') return `${id} → caught by ${outcome.by}`;
  if (equivalent !== undefined) return `${id} → survived, as it must: ${equivalent}`;
  if (harmless !== undefined) return `${id} → survived, harmless: ${harmless}`;
  return `${id} → SURVIVED: ${does}`;
}

/** What makes the run red, one line each. @param whole every mutant was tried: their part counts too */
export function verdict(tried: readonly Tried[], whole: boolean): readonly string[] {
  const lines = tried
    .filter(({ mutant, outcome }) => outcome.kind === 'void' || (outcome.kind === 'survived' && isDangerous(mutant)))
    .map((one) => lineOf(one));
  for (const { mutant, outcome } of tried)
    if (mutant.equivalent !== undefined && (outcome.kind === 'tests' || outcome.kind === 'storms'))
      lines.push(`${mutant.id} is called equivalent, but ${outcome.by} tells it from the original`);
  if (whole && caught(tried) < tried.length * LEAST_CAUGHT)
    lines.push(`Only ${percent(caught(tried), tried.length)} of all are caught; ${LEAST_CAUGHT * 100} % must be.`);
  return lines;
}

/** What makes a run over drawn mutants red. */
export function drawnVerdict(tried: readonly Tried[]): readonly string[] {
  if (caught(tried) >= tried.length * LEAST_DRAWN) return [];
  return [`Only ${percent(caught(tried), tried.length)} of the drawn are caught; ${LEAST_DRAWN * 100} % must be.`];
}
