/** Most urgent first. */
export const LANES = ['kill', 'risk-reducing', 'order', 'data', 'housekeeping'] as const;

export type Lane = (typeof LANES)[number];
