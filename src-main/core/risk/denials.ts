/**
 * Whether what a control denies now may be allowed later without anybody writing the order anew or changing a limit: the market moves, a
 * quote comes, orders fill or are cancelled, a time passes. The others deny the same order for ever.
 */
const MAY_PASS: Readonly<Record<string, boolean>> = {
  'C-01': false,
  'C-02': false,
  'C-03': true,
  'C-04': false,
  'C-05': true,
  'C-08': true,
  'C-09': true,
  'C-10': true,
  'C-11': true,
  'C-12': true,
  'C-13': true,
  'C-18': false,
  'C-19': false,
  'C-27': true,
  'C-34': false,
  'C-44': true,
  'K-03': true,
};

/** A control that is not in the table is taken to deny for ever. */
export function mayPass(control: string): boolean {
  return MAY_PASS[control] ?? false;
}
