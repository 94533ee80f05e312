import type { Caller } from '#desk/entrance/door';
import type { Input, Reply } from '#protocol/commands';
import { failure, type Failure } from './reply.ts';

/** Only the program's own windows can open and close others: what a page may not do by itself there, it asks for here. */
export const windowQueries = {
  'window.open': ({ panel, place }: Input<'window.open'>, { windows }: Caller): Reply<'window.open'> => {
    if (windows === undefined) return inBrowser();
    windows.open(panel, place);
    return { ok: true, value: {} };
  },
  'window.close-panels': (_input: Input<'window.close-panels'>, { windows }: Caller): Reply<'window.close-panels'> => {
    if (windows === undefined) return inBrowser();
    windows.closePanels();
    return { ok: true, value: {} };
  },
} as const;

function inBrowser(): Failure {
  return failure('not-allowed-now', 'The desk opens and closes windows only for its own window; in a browser the page does.');
}
