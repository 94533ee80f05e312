import type { ExtraTerms } from '#simulator/model/extra-terms';

/** Strategy, and only when there is one how many parameters and then those. */
export function algoFields({ algoStrategy, algoParams }: ExtraTerms): readonly (string | number)[] {
  return algoStrategy === '' ? [''] : [algoStrategy, algoParams.length / 2, ...algoParams];
}
