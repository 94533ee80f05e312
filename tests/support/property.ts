import fc from 'fast-check';

/** Seed of this process's properties; SEED=… repeats a run. */
const seed = Number(process.env['SEED'] ?? Date.now() % 2_147_483_647);

/** At least a thousand runs; the seed is printed so that a failure can be repeated and become a named test. */
export async function holds<T>(name: string, property: fc.IAsyncProperty<T> | fc.IProperty<T>, numRuns = 1_000): Promise<void> {
  console.info(`property "${name}": seed ${seed}, ${numRuns} runs`);
  await fc.assert(property as fc.IAsyncProperty<T>, { seed, numRuns });
}
