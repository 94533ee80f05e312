import type { FaultRow } from './row.ts';
import { FAULTS_A } from './rows-attacks.ts';
import { FAULTS_N } from './rows-link.ts';
import { FAULTS_M } from './rows-market.ts';
import { FAULTS_O } from './rows-orders.ts';
import { FAULTS_P } from './rows-process.ts';
import { SCENARIOS_R } from './rows-reconciliation.ts';
import { FAULTS_S } from './rows-storage.ts';
import { FAULTS_T } from './rows-time.ts';

const numbered = (letter: string, last: number): readonly string[] =>
  Array.from({ length: last }, (_, at) => `${letter}-${String(at + 1).padStart(2, '0')}`);

/** Every row of the reference lists that this table answers for. */
export const ROW_IDS: readonly string[] = [
  ...numbered('P', 24),
  ...numbered('N', 36),
  ...numbered('O', 47),
  ...numbered('M', 14),
  ...numbered('T', 9),
  ...numbered('S', 13),
  ...numbered('A', 24),
  ...numbered('R', 30),
];

/**
 * Which test shows which row of the two reference lists: the fault matrix (P-*, N-*, O-*, M-*, T-*, S-*, A-*) and the reconciliation scenarios
 * (R-01 … R-30). A row is shown only when a test asserts the result that the row asks for; otherwise it says what is missing.
 * `npm run faults` runs these tests and prints the table.
 */
export const FAULT_TABLE: readonly FaultRow[] = [
  ...FAULTS_P,
  ...FAULTS_N,
  ...FAULTS_O,
  ...FAULTS_M,
  ...FAULTS_T,
  ...FAULTS_S,
  ...FAULTS_A,
  ...SCENARIOS_R,
];
